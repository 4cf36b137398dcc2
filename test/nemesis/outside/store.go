package main

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/anishathalye/porcupine"
)

// One part of a transaction: an element appended to the list of a key, or the list that was read.
type microOperation struct {
	isAppend bool
	key      string
	element  int64
	list     []int64
	isKnown  bool
}

func (m *microOperation) UnmarshalJSON(text []byte) error {
	var parts [3]json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	var f string
	if err := json.Unmarshal(parts[0], &f); err != nil {
		return err
	}
	if err := json.Unmarshal(parts[1], &m.key); err != nil {
		return err
	}
	switch f {
	case "append":
		m.isAppend = true
		return json.Unmarshal(parts[2], &m.element)
	case "r":
		m.isKnown = string(parts[2]) != "null"
		return json.Unmarshal(parts[2], &m.list)
	}
	return fmt.Errorf("there is no operation %q", f)
}

// All lists by key. Never changed: each step makes a new one.
type store map[string][]int64

var seed = maphash.MakeSeed()

var storeModel = porcupine.Model{
	Init: func() interface{} { return store{} },
	Step: func(state, input, _ interface{}) (bool, interface{}) {
		before := state.(store)
		after := before
		for _, one := range input.([]microOperation) {
			if !one.isAppend {
				if one.isKnown && !slices.Equal(after[one.key], one.list) {
					return false, state
				}
				continue
			}
			next := make(store, len(after)+1)
			for key, list := range after {
				next[key] = list
			}
			next[one.key] = append(slices.Clone(after[one.key]), one.element)
			after = next
		}
		return true, after
	},
	Equal: func(a, b interface{}) bool {
		one, other := a.(store), b.(store)
		if len(one) != len(other) {
			return false
		}
		for key, list := range one {
			if !slices.Equal(list, other[key]) {
				return false
			}
		}
		return true
	},
	// A sum, since the keys of a map come in any order.
	Hash: func(state interface{}) uint64 {
		var sum uint64
		for key, list := range state.(store) {
			sum += maphash.Comparable(seed, fmt.Sprint(key, list))
		}
		return sum
	},
}

// Transactions as a whole. One that failed has no effect; one of unknown end has one if somebody read what it appended.
func readTransactions(pairs []pair) ([]porcupine.Operation, error) {
	transactions := make([][]microOperation, len(pairs))
	read := map[string]bool{}
	for at, one := range pairs {
		text := one.asked
		if one.outcome == "ok" {
			text = one.answered
		}
		if err := json.Unmarshal(text, &transactions[at]); err != nil {
			return nil, fmt.Errorf("the transaction at %d: %w", one.call, err)
		}
		for _, micro := range transactions[at] {
			for _, element := range micro.list {
				read[nameOf(micro.key, element)] = one.outcome == "ok" || read[nameOf(micro.key, element)]
			}
		}
	}
	var operations []porcupine.Operation
	for at, one := range pairs {
		isSeen := slices.ContainsFunc(transactions[at], func(micro microOperation) bool {
			return micro.isAppend && read[nameOf(micro.key, micro.element)]
		})
		if one.outcome == "ok" || (one.outcome == "info" && isSeen) {
			operations = append(operations, porcupine.Operation{Input: transactions[at], Call: one.call, Return: one.end})
		}
	}
	return operations, nil
}

func nameOf(key string, element int64) string {
	return fmt.Sprintf("%s %d", key, element)
}
