package etcdcheck

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/scantling-dev/scantling/planner/layout"
	"github.com/scantling-dev/scantling/planner/units"
)

// member is an etcd server in a process of its own.
type member struct {
	client *clientv3.Client
	pid    int
	stop   func() error
}

// start runs this test binary again as a server.
func start(dir string) (*member, error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serverEnv+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the server did not say its address: %w", err)
	}
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{strings.TrimSpace(line)}, DialTimeout: time.Minute})
	if err != nil {
		return nil, err
	}
	return &member{client: client, pid: cmd.Process.Pid, stop: func() error {
		client.Close()
		in.Close()
		return cmd.Wait()
	}}, nil
}

// anonymous returns the memory of the member's process that no file backs.
func (m *member) anonymous() (units.Bytes, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			return units.Bytes(kib) * units.KiB, err
		}
	}
	return 0, fmt.Errorf("no RssAnon in the status of %d", m.pid)
}

// kind is a kind of object with what is written of it.
type kind struct {
	layout.ObjectLoad
	make func(i int) runtime.Object
	// encoded is what make encodes to; sizes do not change from object to object.
	encoded []byte
	// churn: writes are creations and deletions, not updates.
	churn bool
	// next object to write over, and its number of writes.
	next, written int
}

func (k *kind) key(i int) string {
	return fmt.Sprintf("/registry/%s/shop/checkout-7c9f6d5b4-x%09d", k.Kind, i)
}

// kindsOf returns the kinds of a population with their objects encoded.
func kindsOf(d layout.Demand, p layout.Population) ([]*kind, error) {
	e, err := newEncoder()
	if err != nil {
		return nil, err
	}
	endpoints := 0
	var out []*kind
	for _, o := range d.Objects {
		k := &kind{ObjectLoad: o}
		switch o.Kind {
		case layout.KindPods:
			k.make = pod
		case layout.KindNodes:
			k.make = node
		case layout.KindLeases:
			k.make = lease
		case layout.KindEvents:
			k.make, k.churn = event, true
		case layout.KindEndpointSlices:
			endpoints = p.Pods / max(o.Count, 1)
			k.make = func(i int) runtime.Object { return slice(i, endpoints) }
		case layout.KindReplicaSets:
			k.make = replicaSet
		case layout.KindOthers:
			k.make = func(i int) runtime.Object { return other(i, int(o.Size)) }
		default:
			return nil, fmt.Errorf("nothing is made of kind %q", o.Kind)
		}
		if k.encoded, err = e.encode(k.make(0)); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// measured is what a run showed.
type measured struct {
	file, inUse, memory units.Bytes
	writes              float64
}

// run fills the member, writes at the population's rates for two intervals and
// compacts as an API server does: every interval what was old at the one before.
func run(ctx context.Context, m *member, kinds []*kind, interval time.Duration, speed float64) (measured, error) {
	for _, k := range kinds {
		for i := range k.Count {
			if err := m.put(ctx, k, i); err != nil {
				return measured{}, err
			}
		}
		k.written = 0
	}
	began := time.Now()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, writing := errgroup.WithContext(ctx)
	for _, k := range kinds {
		group.Go(func() error { return m.writeAll(writing, k, speed, began) })
	}
	var out measured
	old := int64(0)
	for range intervals {
		select {
		case <-time.After(interval):
		case <-writing.Done():
			return measured{}, group.Wait()
		}
		if err := m.look(ctx, &out); err != nil {
			return measured{}, err
		}
		now, err := m.client.Get(ctx, "/registry/none")
		if err != nil {
			return measured{}, err
		}
		if old > 0 {
			if _, err := m.client.Compact(ctx, old); err != nil {
				return measured{}, err
			}
		}
		old = now.Header.Revision
	}
	stop()
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return measured{}, err
	}
	total, due, elapsed := 0, 0.0, time.Since(began).Seconds()
	for _, k := range kinds {
		total += k.written
		due += k.Writes.Float() * speed * elapsed
	}
	if float64(total) < keptUp*due {
		return measured{}, fmt.Errorf("%d writes of %.0f were made: this machine is too slow for the rates, choose a longer -interval or fewer pods", total, due)
	}
	out.writes = float64(total) / elapsed / speed
	return out, nil
}

// keptUp is the share of the writes that must have been made in time.
const keptUp = 0.97

// writeAll makes the writes of a kind as they fall due, until the context ends.
func (m *member) writeAll(ctx context.Context, k *kind, speed float64, began time.Time) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		due := int(k.Writes.Float() * speed * time.Since(began).Seconds())
		for k.written < due && ctx.Err() == nil {
			if err := m.write(ctx, k); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// intervals of compaction that a run lasts: two fill the history, and two more show
// that the file grows no further.
const intervals = 4

func (m *member) put(ctx context.Context, k *kind, i int) error {
	_, err := m.client.Put(ctx, k.key(i), string(k.encoded))
	return err
}

// write makes one write of a kind: an update of the next object, or of what comes and
// goes in turn a creation and a deletion of the oldest.
func (m *member) write(ctx context.Context, k *kind) error {
	defer func() { k.written++ }()
	switch {
	case !k.churn:
		k.next++
		return m.put(ctx, k, k.next%max(k.Count, 1))
	case k.written%2 == 0:
		return m.put(ctx, k, k.Count+k.next)
	}
	_, err := m.client.Delete(ctx, k.key(k.next))
	k.next++
	return err
}

// look keeps the largest figures.
func (m *member) look(ctx context.Context, out *measured) error {
	status, err := m.client.Status(ctx, m.client.Endpoints()[0])
	if err != nil {
		return err
	}
	memory, err := m.anonymous()
	if err != nil {
		return err
	}
	out.file, out.inUse = max(out.file, units.Bytes(status.DbSize)), max(out.inUse, units.Bytes(status.DbSizeInUse))
	out.memory = max(out.memory, memory)
	return nil
}
