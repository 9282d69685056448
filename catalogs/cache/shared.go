package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Catalogs of machines that several specs share are files as people write them, beside
// the catalogs of clouds:
//
//	DIR/machines/NAME.hcl
const (
	sharedFolder    = "machines"
	sharedExtension = ".hcl"
)

// CheckShared refuses what cannot name a catalog of machines: it becomes a file's name.
func CheckShared(name string) error {
	if !nameText.MatchString(name) {
		return fmt.Errorf("%.60q cannot name a catalog: small letters, digits and hyphens", name)
	}
	return nil
}

// SharedPath is where the catalog of machines of a name is, if there is one.
func (c *Cache) SharedPath(name string) string {
	return filepath.Join(c.dir, sharedFolder, name+sharedExtension)
}

// Shared returns the names of the catalogs of machines, sorted.
func (c *Cache) Shared() ([]string, error) {
	entries, err := readDir(filepath.Join(c.dir, sharedFolder))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries { // by name
		if name, ok := strings.CutSuffix(e.Name(), sharedExtension); ok && !e.IsDir() && CheckShared(name) == nil {
			names = append(names, name)
		}
	}
	return names, nil
}

// GetShared returns the file of a catalog of machines. The error wraps ErrAbsent where
// there is none.
func (c *Cache) GetShared(name string) ([]byte, error) {
	if err := CheckShared(name); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	content, err := readFile(c.SharedPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: no machines are named %s", ErrAbsent, name)
	}
	return content, err
}

// PutShared keeps a file as the catalog of machines of a name, whole or not at all, in
// place of what had it.
func (c *Cache) PutShared(name string, content []byte) (err error) {
	if err := CheckShared(name); err != nil {
		return err
	}
	home := filepath.Join(c.dir, sharedFolder)
	if err := c.disk.mkdir(home); err != nil {
		return fmt.Errorf("write the catalog cache: %w", err)
	}
	c.clean(home)
	s := &staged{target: c.SharedPath(name)}
	defer func() { err = errors.Join(err, c.discard(s)) }()
	if s.temporary, err = c.write(home, content); err == nil {
		err = c.commit(s)
	}
	if err != nil {
		return fmt.Errorf("write the machines named %s: %w: what was there is unchanged", name, err)
	}
	for _, dir := range []string{home, c.dir} {
		if err := c.disk.syncDir(dir); err != nil {
			return fmt.Errorf("write the catalog cache: %w", err)
		}
	}
	return nil
}

// RemoveShared removes a catalog of machines. The error wraps ErrAbsent where it is not
// there.
func (c *Cache) RemoveShared(name string) error {
	if err := CheckShared(name); err != nil {
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	err := os.Remove(c.SharedPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: no machines are named %s", ErrAbsent, name)
	}
	if err != nil {
		return fmt.Errorf("remove the machines named %s: %w", name, err)
	}
	return nil
}
