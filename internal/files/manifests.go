package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Named returns the files that a path or a pattern names, sorted: what is a folder
// gives the *.yaml, *.yml and *.json files in it and in the folders within, but for those
// whose names start with a dot. It is empty where nothing has such a name.
func Named(pattern string) ([]string, error) {
	names := []string{pattern}
	if _, err := os.Stat(pattern); errors.Is(err, fs.ErrNotExist) {
		// What is no pattern has no matches: nothing has such a name.
		if names, err = filepath.Glob(pattern); err != nil {
			names = nil
		}
	} else if err != nil {
		return nil, tidy(err)
	}
	var out []string
	for _, name := range names {
		inside, err := beneath(name)
		if err != nil {
			return nil, tidy(err)
		}
		out = append(out, inside...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// beneath returns the name itself, or the manifests in the folder of that name.
func beneath(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() {
		return []string{name}, err
	}
	var out []string
	err = filepath.WalkDir(name, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != name && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return filepath.SkipDir
			}
		case !e.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)):
			out = append(out, path)
		}
		return nil
	})
	return out, err
}
