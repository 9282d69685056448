package cache

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// prefix starts the names of temporary files.
const prefix = ".scantling-catalog-"

// maxTemporary bounds the temporary files of other writers that are stepped over.
const maxTemporary = 10_000

// disk is what a writer does to the disk; tests make it fail.
type disk interface {
	mkdir(dir string) error
	// create makes a temporary file in dir that clean leaves alone while this
	// process lives.
	create(dir string) (temporary, error)
	// rename gives a temporary file its name and lets go of it; discard removes it.
	rename(t temporary, to string) error
	discard(t temporary) error
	remove(path string) error
	syncDir(dir string) error
}

// temporary is a file on its way.
type temporary interface {
	io.Writer
	Name() string
	Sync() error
	Close() error
}

type realDisk struct{}

func (realDisk) mkdir(dir string) error { return os.MkdirAll(dir, 0o755) }

func (realDisk) create(dir string) (temporary, error) {
	for i := range maxTemporary {
		name := filepath.Join(dir, fmt.Sprintf("%s%d", prefix, i))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		hold(f)
		if same(f, name) {
			return f, nil
		}
		// Between its making and its holding another writer took it for left behind.
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s: %d temporary files are there already", dir, maxTemporary)
}

// same reports whether an open file still has its name.
func same(f *os.File, name string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(open, named)
}

func (realDisk) rename(t temporary, to string) error {
	if closeFirst {
		if err := t.Close(); err != nil {
			return err
		}
		return os.Rename(t.Name(), to)
	}
	if err := os.Rename(t.Name(), to); err != nil {
		return err
	}
	_ = t.Close() // its content is on the disk: Sync said so
	return nil
}

func (realDisk) discard(t temporary) error {
	if closeFirst {
		_ = t.Close() // it may be closed already
		return os.Remove(t.Name())
	}
	return errors.Join(os.Remove(t.Name()), t.Close())
}

func (realDisk) remove(path string) error { return os.Remove(path) }

func (realDisk) syncDir(dir string) (err error) {
	if !dirsSync {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}

// clean removes the temporary files in dir whose writers were killed. What cannot be
// removed is left to the next writer.
func (c *Cache) clean(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && e.Type().IsRegular() {
			removeAbandoned(filepath.Join(dir, e.Name()))
		}
	}
}
