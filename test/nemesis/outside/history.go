package main

import (
	"encoding/json"
	"fmt"
	"math"
)

// One line of a history, as docs/NEMESIS.md describes it.
type operation struct {
	Index    int64           `json:"index"`
	Process  json.RawMessage `json:"process"`
	Type     string          `json:"type"`
	F        string          `json:"f"`
	Value    json.RawMessage `json:"value"`
	Workload string          `json:"workload"`
	Key      string          `json:"key"`
	Seen     json.RawMessage `json:"seen"`
}

// What a client asked and what it was told. The end of what nobody knows is never.
type pair struct {
	workload, key, f string
	outcome          string
	asked, answered  json.RawMessage
	seen             json.RawMessage
	call, end        int64
}

const never = math.MaxInt64

// Pairs beginnings with ends, in the order of their beginnings.
func completed(history []operation) ([]pair, error) {
	var pairs []pair
	open := map[string]int{}
	for _, next := range history {
		if next.Workload == "" {
			continue
		}
		process := next.Workload + " " + string(next.Process)
		at, isOpen := open[process]
		if next.Type == "invoke" {
			if isOpen {
				return nil, fmt.Errorf("operation %d begins before the last one of its process has ended", next.Index)
			}
			open[process] = len(pairs)
			pairs = append(pairs, pair{
				workload: next.Workload, key: next.Key, f: next.F,
				outcome: "info", asked: next.Value, answered: next.Value, call: next.Index, end: never,
			})
			continue
		}
		if !isOpen {
			return nil, fmt.Errorf("operation %d ends without having begun", next.Index)
		}
		delete(open, process)
		one := &pairs[at]
		one.outcome, one.answered, one.seen = next.Type, next.Value, next.Seen
		if next.Type != "info" {
			one.end = next.Index
		}
	}
	return pairs, nil
}
