// Checks histories of the nemesis with Porcupine, a checker of linearizability that others maintain and that shares nothing
// with ours. A transaction that is one step of the whole store makes linearizable the same as strictly serializable.
//
//	outside check history.jsonl   one line for each part of the history that Porcupine can check; ends with 1 when one is wrong
//	outside batch                 reads one history a line, an array of operations, and answers each with a line
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// Longest time for one part of a history: looking for an order may take exponential time.
const checkTimeout = 2 * time.Minute

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "check":
		return checkFile(args[1])
	case len(args) == 1 && args[0] == "batch":
		return checkLines(os.Stdin, os.Stdout)
	}
	return errors.New("usage: outside check <history.jsonl> | outside batch")
}

func checkFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var history []operation
	for decoder := json.NewDecoder(bufio.NewReader(file)); ; {
		var next operation
		if err := decoder.Decode(&next); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("operation %d of %s: %w", len(history), path, err)
		}
		history = append(history, next)
	}
	results, err := check(history)
	if err != nil {
		return err
	}
	isWrong := false
	for _, result := range results {
		fmt.Printf("%s: %s, %d operations\n", result.part, result.verdict, result.count)
		isWrong = isWrong || result.verdict != porcupine.Ok
	}
	if isWrong {
		os.Exit(1)
	}
	return nil
}

func checkLines(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(bufio.NewReader(in))
	writer := bufio.NewWriter(out)
	defer writer.Flush()
	for at := 0; ; at++ {
		var history []operation
		if err := decoder.Decode(&history); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("history %d: %w", at, err)
		}
		results, err := check(history)
		if err != nil {
			return fmt.Errorf("history %d: %w", at, err)
		}
		verdict := porcupine.Ok
		for _, result := range results {
			if result.verdict != porcupine.Ok {
				verdict = result.verdict
			}
		}
		fmt.Fprintln(writer, verdict)
	}
}

type result struct {
	part    string
	verdict porcupine.CheckResult
	count   int
}

// Each part by itself: a workload, or one key of it where keys are independent.
func check(history []operation) ([]result, error) {
	pairs, err := completed(history)
	if err != nil {
		return nil, err
	}
	parts := map[string][]pair{}
	for _, one := range pairs {
		if _, isKnown := models[one.workload]; !isKnown {
			continue
		}
		name := one.workload
		if one.key != "" {
			name += " " + one.key
		}
		parts[name] = append(parts[name], one)
	}
	var results []result
	for name, of := range parts {
		checked := models[of[0].workload]
		operations, err := checked.read(of)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		verdict := porcupine.CheckOperationsTimeout(checked.model, operations, checkTimeout)
		results = append(results, result{name, verdict, len(operations)})
	}
	sort.Slice(results, func(a, b int) bool { return results[a].part < results[b].part })
	return results, nil
}
