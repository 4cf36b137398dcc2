// Puts to etcd from so many clients, each with a connection of its own and one put in flight, as the load worker does
// to a node over HTTP.
//
// Usage: etcd-load <endpoint> <clients> <milliseconds> <bytes of a value> <first key>
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

type result struct {
	Operations int     `json:"operations"`
	Seconds    float64 `json:"seconds"`
	P50Ms      float64 `json:"p50Ms"`
	P99Ms      float64 `json:"p99Ms"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	clients, duration := number(2), time.Duration(number(3))*time.Millisecond
	value := strings.Repeat("v", number(4))
	var next atomic.Int64
	next.Store(int64(number(5)))
	connections := make([]*clientv3.Client, clients)
	for i := range connections {
		client, err := clientv3.New(clientv3.Config{Endpoints: []string{os.Args[1]}, DialTimeout: 10 * time.Second})
		if err != nil {
			return err
		}
		// Connected before the clock starts.
		if _, err := client.Get(context.Background(), "nothing"); err != nil {
			return err
		}
		connections[i] = client
	}
	latencies := make([][]time.Duration, clients)
	failed := make([]error, clients)
	var group sync.WaitGroup
	started := time.Now()
	for i, client := range connections {
		group.Add(1)
		go func() {
			defer group.Done()
			for time.Since(started) < duration {
				key := fmt.Sprintf("bench/%d", next.Add(1))
				sent := time.Now()
				if _, err := client.Put(context.Background(), key, value); err != nil {
					failed[i] = err
					return
				}
				latencies[i] = append(latencies[i], time.Since(sent))
			}
		}()
	}
	group.Wait()
	elapsed := time.Since(started)
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	all := slices.Concat(latencies...)
	slices.Sort(all)
	return json.NewEncoder(os.Stdout).Encode(result{
		Operations: len(all),
		Seconds:    elapsed.Seconds(),
		P50Ms:      milliseconds(all[len(all)/2]),
		P99Ms:      milliseconds(all[len(all)*99/100]),
	})
}

func number(at int) int {
	value, err := strconv.Atoi(os.Args[at])
	if err != nil {
		panic(err)
	}
	return value
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
