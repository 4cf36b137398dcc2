package main

import (
	"encoding/json"
	"fmt"

	"github.com/anishathalye/porcupine"
)

// What a part of a history must be an instance of. Its operations are steps: functions of the state.
type checked struct {
	model porcupine.Model
	read  func([]pair) ([]porcupine.Operation, error)
}

var models = map[string]checked{
	"append":     {storeModel, readTransactions},
	"register":   {registerModel, readRegister},
	"causal":     {registerModel, readCausal},
	"identities": {counterModel, readCounter},
}

// A register holds the JSON text of its value.
type registerStep struct {
	f             string // read, write, cas, refused
	expected, new string
}

const missing = "null"

var registerModel = porcupine.Model{
	Init: func() interface{} { return missing },
	Step: func(state, input, _ interface{}) (bool, interface{}) {
		step := input.(registerStep)
		switch step.f {
		case "read":
			return state == step.expected, state
		case "write":
			return true, step.new
		case "cas":
			return state == step.expected, step.new
		default: // Refused, because it found what is in new.
			return state == step.new && state != step.expected, state
		}
	},
}

func readRegister(pairs []pair) ([]porcupine.Operation, error) {
	return steps(pairs, func(one pair) (interface{}, error) {
		if one.f == "read" {
			if one.outcome != "ok" {
				return nil, nil
			}
			return registerStep{f: "read", expected: string(one.answered)}, nil
		}
		var asked [2]json.RawMessage
		if err := json.Unmarshal(one.asked, &asked); err != nil {
			return nil, err
		}
		step := registerStep{f: "cas", expected: string(asked[0]), new: string(asked[1])}
		if one.outcome != "fail" {
			return step, nil
		}
		if one.seen == nil {
			return nil, nil
		}
		step.f, step.new = "refused", string(one.seen)
		return step, nil
	}, func(f string) bool { return f == "cas" })
}

// 0 stands for what is missing.
func readCausal(pairs []pair) ([]porcupine.Operation, error) {
	return steps(pairs, func(one pair) (interface{}, error) {
		switch {
		case one.f == "write" && one.outcome != "fail":
			return registerStep{f: "write", new: string(one.asked)}, nil
		case one.f == "read" && one.outcome == "ok":
			expected := string(one.answered)
			if expected == "0" {
				expected = missing
			}
			return registerStep{f: "read", expected: expected}, nil
		}
		return nil, nil
	}, func(f string) bool { return f == "write" })
}

// A counter that may leave numbers out.
var counterModel = porcupine.Model{
	Init: func() interface{} { return int64(0) },
	Step: func(state, input, _ interface{}) (bool, interface{}) {
		next := input.(int64)
		return next > state.(int64), next
	},
}

func readCounter(pairs []pair) ([]porcupine.Operation, error) {
	return steps(pairs, func(one pair) (interface{}, error) {
		// Whatever was given out and not told is a gap.
		if one.outcome != "ok" {
			return nil, nil
		}
		var number int64
		err := json.Unmarshal(one.answered, &number)
		return number, err
	}, func(string) bool { return false })
}

// Leaves out what says nothing. What nobody knows the end of may have taken effect or not: as many ways as there are subsets,
// so that it is left out, too, unless somebody saw what it wrote. Unseen, it fits behind everything else.
func steps(
	pairs []pair,
	step func(pair) (interface{}, error),
	writes func(f string) bool,
) ([]porcupine.Operation, error) {
	seen := map[string]bool{}
	// Whoever's value was seen has itself seen the one that it replaced.
	for before := -1; before < len(seen); {
		before = len(seen)
		for _, one := range pairs {
			note(seen, one)
		}
	}
	var operations []porcupine.Operation
	for _, one := range pairs {
		input, err := step(one)
		if err != nil {
			return nil, fmt.Errorf("the operation at %d: %w", one.call, err)
		}
		if input == nil || (one.outcome == "info" && writes(one.f) && !seen[written(one)]) {
			continue
		}
		operations = append(operations, porcupine.Operation{Input: input, Call: one.call, Return: one.end})
	}
	return operations, nil
}

// The values that somebody has seen for certain: read, found instead, or replaced.
func note(seen map[string]bool, one pair) {
	switch {
	case one.f == "read" && one.outcome == "ok":
		seen[string(one.answered)] = true
	case one.f == "cas":
		if one.outcome == "ok" || (one.outcome == "info" && seen[written(one)]) {
			var asked [2]json.RawMessage
			if json.Unmarshal(one.asked, &asked) == nil {
				seen[string(asked[0])] = true
			}
		}
		if one.seen != nil {
			seen[string(one.seen)] = true
		}
	}
}

func written(one pair) string {
	if one.f != "cas" {
		return string(one.asked)
	}
	var asked [2]json.RawMessage
	if json.Unmarshal(one.asked, &asked) != nil {
		return ""
	}
	return string(asked[1])
}
