package cache_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/scantling-dev/scantling/catalogs/cache"
)

// A full disk or a failing call leaves the file that was there, whatever step fails.
func TestFullDiskLeavesTheOldMachines(t *testing.T) {
	dir := t.TempDir()
	if err := cache.Quiet(dir).PutShared("rack", []byte("old")); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for left := 0; ; left++ {
		c := cache.AtFaulty(dir, &cache.Faulty{Left: left, Broken: func() error { return syscall.EIO }})
		err := c.PutShared("rack", []byte("new, and longer"))
		got, readErr := c.GetShared("rack")
		if readErr != nil || string(got) != "old" && string(got) != "new, and longer" {
			t.Fatalf("after %d steps rack is %q, %v", left, got, readErr)
		}
		if err == nil {
			break
		}
		failed++
	}
	if failed < 10 { // the bytes alone are fifteen steps
		t.Errorf("only %d steps failed", failed)
	}
	entries, err := os.ReadDir(filepath.Dir(cache.At(dir).SharedPath("rack")))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// Files of machines come back as they went in, by name, and are no regions.
func TestSharedMachines(t *testing.T) {
	c := cache.At(filepath.Join(t.TempDir(), "cache"))
	if names, err := c.Shared(); err != nil || len(names) != 0 {
		t.Errorf("an empty cache has %q, %v", names, err)
	}
	for _, put := range []struct{ name, content string }{{"rack", "one"}, {"hall-2", "two"}, {"rack", "three"}} {
		if err := c.PutShared(put.name, []byte(put.content)); err != nil {
			t.Fatal(err)
		}
	}
	if names, err := c.Shared(); err != nil || !slices.Equal(names, []string{"hall-2", "rack"}) {
		t.Errorf("the names are %q, %v", names, err)
	}
	if got, err := c.GetShared("rack"); err != nil || string(got) != "three" {
		t.Errorf("rack is %q, %v", got, err)
	}
	if list, err := c.List(); err != nil || len(list) != 0 {
		t.Errorf("the regions are %v, %v", list, err)
	}
	if err := c.RemoveShared("rack"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"rack", "../rack", "a/b", "", "Rack"} {
		if _, err := c.GetShared(name); !errors.Is(err, cache.ErrAbsent) {
			t.Errorf("get %q: %v", name, err)
		}
		if err := c.RemoveShared(name); !errors.Is(err, cache.ErrAbsent) {
			t.Errorf("remove %q: %v", name, err)
		}
	}
	for _, name := range []string{"../rack", "a/b", "", "Rack", ".rack"} {
		if err := c.PutShared(name, nil); err == nil {
			t.Errorf("%q was put", name)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(c.SharedPath("rack")))
	if err != nil || len(entries) != 1 || entries[0].Name() != "hall-2.hcl" {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}
