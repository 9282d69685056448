package cache_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/scantling-dev/scantling/catalogs/cache"
)

// A disk that is full after any number of bytes leaves the old catalog, whole, and
// nothing beside it.
func TestFullDiskLeavesTheOldCatalog(t *testing.T) {
	older, old, fresh := pack(t, region, 9), pack(t, region, 10), pack(t, region, 11)
	step := 1
	if testing.Short() {
		step = 13
	}
	dir := t.TempDir()
	put(t, cache.Quiet(dir), older, old)
	for space := 0; ; space += step {
		full := &cache.Faulty{Left: space, OnlySpace: true, Broken: func() error { return syscall.ENOSPC }}
		err := cache.AtFaulty(dir, full).Put(fresh)
		if left := leftovers(t, dir); len(left) > 0 {
			t.Fatalf("space for %d: left behind %v", space, left)
		}
		if err == nil {
			if space < 300 {
				t.Fatalf("a catalog fits into %d bytes", space)
			}
			holds(t, cache.At(dir), name, fresh)
			return
		}
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "unchanged") {
			t.Fatalf("space for %d: %v", space, err)
		}
		holds(t, cache.At(dir), name, old)
		if _, err := cache.At(dir).Version(name, older.Catalog.SHA256); err != nil {
			t.Fatalf("space for %d: earlier catalog: %v", space, err)
		}
	}
}

// steps is how many steps of a Faulty disk a Put takes.
func steps(t *testing.T, dir string, entries ...cache.Entry) int {
	t.Helper()
	const plenty = 1 << 30
	count := &cache.Faulty{Left: plenty, Broken: func() error { return io.ErrShortWrite }}
	if err := cache.AtFaulty(dir, count).Put(entries...); err != nil {
		t.Fatal(err)
	}
	return plenty - count.Left
}

// Of several regions all change or none, whichever call fails: folders, temporary
// files, bytes, syncs, renames. What fails once may be done again.
func TestSeveralRegionsChangeTogether(t *testing.T) {
	second := cache.Name{Provider: "aws", Region: "us-test-2"}
	third := cache.Name{Provider: "aws", Region: "us-test-3"}
	old := []cache.Entry{pack(t, region, 10), pack(t, second.Region, 20)}
	fresh := []cache.Entry{pack(t, region, 11), pack(t, second.Region, 21), pack(t, third.Region, 31)}
	whole := t.TempDir()
	put(t, cache.Quiet(whole), old...)
	all := steps(t, whole, fresh...)
	// The last calls are five syncs of folders after six renames: three of versions,
	// three of regions.
	const syncs, renames = 5, 6
	stride := 31
	if testing.Short() {
		stride = 211
	}
	for left := range all {
		if left%stride > 0 && left < all-syncs-renames {
			continue
		}
		dir := t.TempDir()
		c := cache.Quiet(dir)
		put(t, c, old...)
		faulty := &cache.Faulty{Left: left, Once: true, Broken: func() error { return syscall.EIO }}
		err := cache.AtFaulty(dir, faulty).Put(fresh...)
		if !errors.Is(err, syscall.EIO) {
			t.Fatalf("step %d of %d: %v", left, all, err)
		}
		if rest := leftovers(t, dir); len(rest) > 0 {
			t.Fatalf("step %d of %d: left behind %v", left, all, rest)
		}
		if left >= all-syncs { // all are there; only that they last is not known
			holds(t, c, name, fresh[0])
			holds(t, c, second, fresh[1])
			holds(t, c, third, fresh[2])
			continue
		}
		holds(t, c, name, old[0])
		holds(t, c, second, old[1])
		if _, err := c.Get(third); !errors.Is(err, cache.ErrAbsent) {
			t.Fatalf("step %d of %d: the third region is there: %v", left, all, err)
		}
	}
}

// Temporary files of a writer that lives are left alone, those of others go.
func TestOnlyAbandonedFilesAreCleaned(t *testing.T) {
	dir := t.TempDir()
	c := cache.At(dir)
	held, finish, err := cache.Held(c, "aws")
	if err != nil {
		t.Fatal(err)
	}
	abandoned := filepath.Join(dir, "aws", ".scantling-catalog-7")
	foreign := filepath.Join(dir, "aws", ".somebody-elses")
	for _, f := range []string{abandoned, foreign} {
		if err := os.WriteFile(f, []byte("half a cat"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(t, c, pack(t, region, 10))
	if left := strings.Join(leftovers(t, dir), " "); left != held+" "+foreign {
		t.Errorf("left are %s, want %s and %s", left, held, foreign)
	}
	if err := finish(filepath.Join(dir, "aws", "done")); err != nil {
		t.Errorf("the living writer cannot finish: %v", err)
	}
}

// The test binary is its own helper: with these it puts catalogs into a cache, and
// dies in the middle if it is told when.
const (
	helperDir   = "SCANTLING_TEST_CACHE"
	helperCents = "SCANTLING_TEST_CENTS" // prices, one Put each
	helperSteps = "SCANTLING_TEST_STEPS" // after which it is killed; "" for never
)

func helper(dir string) error {
	c := cache.At(dir)
	if text := os.Getenv(helperSteps); text != "" {
		steps, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		c = cache.AtFaulty(dir, &cache.Faulty{Left: steps, Broken: func() error {
			self, err := os.FindProcess(os.Getpid())
			if err != nil {
				return err
			}
			if err := self.Kill(); err != nil {
				return err
			}
			select {} // until it dies
		}})
	}
	for text := range strings.SplitSeq(os.Getenv(helperCents), ",") {
		cents, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		e, err := cache.Pack(catalog(region, cents), nil)
		if err != nil {
			return err
		}
		if err := c.Put(e); err != nil {
			return err
		}
	}
	return nil
}

// helperProcess is the helper, not started yet.
func helperProcess(t *testing.T, dir, cents, steps string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), helperDir+"="+dir, helperCents+"="+cents, helperSteps+"="+steps)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	return cmd, &stderr
}

// A process that is killed at any point leaves the old catalog or the new one, whole,
// and what it leaves beside it goes with the next Put. A step is a byte or a call: the
// kill strikes before any of them.
func TestKilledWriterLeavesAWholeCatalog(t *testing.T) {
	runs := 200
	if testing.Short() {
		runs = 25
	}
	old, fresh := pack(t, region, 10), pack(t, region, 11)
	whole := t.TempDir()
	put(t, cache.Quiet(whole), old)
	steps := steps(t, whole, fresh)
	random := rand.New(rand.NewPCG(1, 0))
	var before, after, littered int
	for i := range runs {
		at := random.IntN(steps)
		if i < 10 { // the calls at the end are few among the bytes
			at = steps - 1 - i
		}
		dir := t.TempDir()
		c := cache.At(dir)
		put(t, cache.Quiet(dir), old)
		cmd, stderr := helperProcess(t, dir, "11", strconv.Itoa(at))
		if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.Exited() {
			t.Fatalf("step %d: the helper was not killed: %v\n%s", at, err, stderr)
		}
		if holds(t, c, name, old, fresh).Catalog.SHA256 == old.Catalog.SHA256 {
			before++
		} else {
			after++
		}
		if len(leftovers(t, dir)) > 0 {
			littered++
		}
		put(t, cache.Quiet(dir), fresh)
		holds(t, c, name, fresh)
		if left := leftovers(t, dir); len(left) > 0 {
			t.Fatalf("step %d: still there after the next Put: %v", at, left)
		}
	}
	if before == 0 || after == 0 || littered == 0 {
		t.Errorf("of %d runs %d left the old catalog, %d the new one, %d files beside it: too few points", runs, before, after, littered)
	}
}

// Two processes that write one region at once do each other no harm, and a reader
// meanwhile sees what one of them put.
func TestTwoWritersAtOnce(t *testing.T) {
	runs := 50
	if testing.Short() {
		runs = 8
	}
	var all []cache.Entry
	for cents := 10; cents < 18; cents++ {
		all = append(all, pack(t, region, cents))
	}
	for range runs {
		dir := t.TempDir()
		c := cache.At(dir)
		put(t, cache.Quiet(dir), all[0])
		var wait sync.WaitGroup
		failures := make([]error, 2)
		for i, cents := range []string{"11,12,13,14", "15,16,17,12"} {
			cmd, stderr := helperProcess(t, dir, cents, "")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			wait.Go(func() {
				if err := cmd.Wait(); err != nil {
					failures[i] = fmt.Errorf("%w: %s", err, stderr)
				}
			})
		}
		done := make(chan struct{})
		go func() { wait.Wait(); close(done) }()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			holds(t, c, name, all...)
		}
		if err := errors.Join(failures...); err != nil {
			t.Fatal(err)
		}
		holds(t, c, name, all[2], all[4])
		for _, e := range all {
			if _, err := c.Version(name, e.Catalog.SHA256); err != nil {
				t.Errorf("%.12s: %v", e.Catalog.SHA256, err)
			}
		}
		if left := leftovers(t, dir); len(left) > 0 {
			t.Fatalf("left behind: %v", left)
		}
	}
}
