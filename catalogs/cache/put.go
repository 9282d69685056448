package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Put makes the entries the current catalogs of their regions, and keeps those
// before them for plans that were made from them. Everything is written and on the
// disk before the first region changes; if a later one cannot be changed, those
// before get their old catalogs back. Only a process that is killed between two
// regions leaves some of them new, each whole.
func (c *Cache) Put(entries ...Entry) (err error) {
	for i := range entries {
		if err := entries[i].Name().Check(); err != nil {
			return err
		}
	}
	var kept, live []*staged
	defer func() {
		for _, s := range slices.Concat(kept, live) {
			err = errors.Join(err, c.discard(s))
		}
	}()
	for i := range entries {
		k, l, failed := c.stage(&entries[i], len(entries) > 1)
		kept, live = append(kept, k...), append(live, l)
		if failed != nil {
			return fmt.Errorf("write the catalog of %s: %w: what was there is unchanged", entries[i].Name(), failed)
		}
	}
	// Versions come first: the catalog of a plan is there whenever it was current.
	for _, s := range kept {
		if err := c.commit(s); err != nil {
			return fmt.Errorf("write the catalog cache: %w: what was there is unchanged", err)
		}
	}
	for i, s := range live {
		if err := c.commit(s); err != nil {
			return errors.Join(fmt.Errorf("write the catalog of %s: %w", entries[i].Name(), err), c.restore(live[:i]))
		}
	}
	if err := c.sync(entries); err != nil {
		return err
	}
	for i := range entries {
		c.prune(&entries[i])
	}
	return nil
}

// staged is a file that stands under a temporary name.
type staged struct {
	temporary, backup temporary // nil where there is none
	target            string
	// fresh: there was no such file before.
	fresh, committed bool
}

// stage writes the files of an entry under temporary names: those that are kept by
// digest, and the current one, with a copy of what it replaces if backup is asked.
func (c *Cache) stage(e *Entry, backup bool) (kept []*staged, live *staged, err error) {
	n := e.Name()
	home := filepath.Join(c.dir, n.Provider)
	live = &staged{target: c.current(n)}
	if err := c.disk.mkdir(c.versions(n)); err != nil {
		return nil, live, err
	}
	c.clean(home)
	version := filepath.Join(c.versions(n), e.Catalog.SHA256)
	files := []struct {
		target  string
		content []byte
	}{{version + extension, e.packed}}
	if e.Report != nil {
		text, err := json.Marshal(e.Report)
		if err != nil {
			return nil, live, err
		}
		files = append(files, struct {
			target  string
			content []byte
		}{version + reportExtension, text})
	}
	for _, f := range files {
		s := &staged{target: f.target}
		kept = append(kept, s)
		if s.temporary, err = c.write(home, f.content); err != nil {
			return kept, live, err
		}
	}
	if live.temporary, err = c.write(home, e.packed); err != nil || !backup {
		return kept, live, err
	}
	old, err := readFile(live.target)
	switch {
	case errors.Is(err, os.ErrNotExist):
		live.fresh = true
		return kept, live, nil
	case err != nil:
		return kept, live, err
	}
	live.backup, err = c.write(home, old)
	return kept, live, err
}

// write writes content to a temporary file, to the disk itself. The file is
// returned even where that fails, if there is one.
func (c *Cache) write(dir string, content []byte) (temporary, error) {
	t, err := c.disk.create(dir)
	if err != nil {
		return nil, err
	}
	if _, err := t.Write(content); err != nil {
		return t, err
	}
	return t, t.Sync()
}

// commit gives a staged file its name.
func (c *Cache) commit(s *staged) error {
	t := s.temporary
	if err := c.disk.rename(t, s.target); err != nil {
		return err
	}
	s.temporary, s.committed = nil, true
	return nil
}

// restore brings back what the files that were committed replaced.
func (c *Cache) restore(list []*staged) error {
	var errs []error
	for _, s := range slices.Backward(list) {
		switch {
		case s.fresh:
			errs = append(errs, c.disk.remove(s.target))
		case s.backup != nil:
			back := &staged{temporary: s.backup, target: s.target}
			errs = append(errs, c.commit(back))
			s.backup = back.temporary
		}
	}
	return errors.Join(errs...)
}

// discard removes the temporary files that are left.
func (c *Cache) discard(s *staged) error {
	var errs []error
	for _, t := range []temporary{s.temporary, s.backup} {
		if t != nil {
			errs = append(errs, c.disk.discard(t))
		}
	}
	return errors.Join(errs...)
}

// sync makes the new names of files last.
func (c *Cache) sync(entries []Entry) error {
	var dirs []string
	for i := range entries {
		n := entries[i].Name()
		dirs = append(dirs, c.versions(n), filepath.Join(c.dir, n.Provider))
	}
	slices.Sort(dirs)
	for _, dir := range append(slices.Compact(dirs), c.dir) {
		if err := c.disk.syncDir(dir); err != nil {
			return fmt.Errorf("write the catalog cache: %w", err)
		}
	}
	return nil
}

// prune removes the earliest catalogs of an entry's region beyond Kept. What cannot
// be removed is left to the next Put: the entry itself is in place.
func (c *Cache) prune(e *Entry) {
	dir := c.versions(e.Name())
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	type version struct {
		sha  string
		when int64
	}
	var list []version
	for _, f := range entries {
		sha, ok := strings.CutSuffix(f.Name(), extension)
		if !ok || !digestText.MatchString(sha) || sha == e.Catalog.SHA256 {
			continue
		}
		if info, err := f.Info(); err == nil {
			list = append(list, version{sha, info.ModTime().UnixNano()})
		}
	}
	slices.SortFunc(list, func(a, b version) int {
		if a.when != b.when {
			return int(max(-1, min(1, b.when-a.when)))
		}
		return strings.Compare(a.sha, b.sha)
	})
	for _, v := range list[min(len(list), Kept-1):] {
		for _, suffix := range []string{reportExtension, extension} {
			_ = c.disk.remove(filepath.Join(dir, v.sha+suffix))
		}
	}
}
