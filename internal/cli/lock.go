package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	// lockName is the lock file, beside the spec.
	lockName = "scantling.lock.json"
	// defaultSaving is the share from which other types replace locked ones.
	defaultSaving = "5%"
	// maxLockBytes bounds the lock files that are read.
	maxLockBytes = 16 << 20
)

// lockFlags are the flags of every command that plans a spec, and the lock that was
// found beside it.
type lockFlags struct {
	file      string
	rechoose  bool
	minSaving string
	// name of the lock file of the spec, and what it holds; nil where there is none.
	name string
	held *planner.Lock
}

// registerLock adds the flags; a command without them leaves locks aside.
func (f *specFlags) registerLock(cmd *cobra.Command) {
	f.lock = &lockFlags{}
	cmd.Flags().StringVar(&f.lock.file, "lock-file", "", "lock `file` (default: "+lockName+" beside the spec)")
	cmd.Flags().BoolVar(&f.lock.rechoose, "rechoose", false, "choose instance types anew, whatever the lock says")
	cmd.Flags().StringVar(&f.lock.minSaving, "min-saving", defaultSaving, "`share` that other types must save of a group's nodes, and more, to replace locked ones")
}

// typed returns the flags as on a command line, those that say something.
func (l *lockFlags) typed() []string {
	var words []string
	if l.file != "" {
		words = append(words, "--lock-file "+quoted(l.file))
	}
	if l.rechoose {
		words = append(words, "--rechoose")
	}
	if l.minSaving != "" && l.minSaving != defaultSaving {
		words = append(words, "--min-saving "+quoted(l.minSaving))
	}
	return words
}

// accept is the command that writes the lock of the spec that was typed; "" where the
// spec is not known.
func accept(typed string) string { return strings.TrimSpace("scantling plan --lock " + typed) }

// lockPath is where the lock of the spec at path is.
func (l *lockFlags) lockPath(path string) string {
	if l.file != "" {
		return l.file
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		path = filepath.Dir(path)
	}
	return filepath.Join(path, lockName)
}

// load reads the lock, if there is one.
func (l *lockFlags) load() error {
	file, err := files.Read(l.name, maxLockBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return readError(err)
	}
	held, err := document.DecodeLock(file.Content)
	if err != nil && !l.rechoose {
		return exit(WrongInput, fmt.Errorf("%s: %w", l.name, err))
	}
	l.held = held
	return nil
}

// apart refuses a lock file that is an input.
func (l *lockFlags) apart(read []string) error {
	if same := files.SameAsAny(l.name, read); same != "" {
		return usage(fmt.Errorf("--lock-file: %s is the input %s, which would be overwritten", l.name, same))
	}
	return nil
}

// apply gives the spec what its lock keeps.
func (f *specFlags) applyLock(path string, s *spec.Spec) error {
	if f.lock == nil {
		return nil
	}
	share, err := parseShare("min-saving", f.lock.minSaving)
	if err != nil {
		return err
	}
	f.lock.name = f.lock.lockPath(path)
	if f.region != "" && f.lock.file == "" {
		f.lock.name = filepath.Join(filepath.Dir(f.lock.name), "scantling."+f.region+".lock.json")
	}
	if err := f.lock.apart(f.read); err != nil {
		return err
	}
	err = f.lock.load()
	f.read = append(f.read, f.lock.name)
	if err != nil || f.lock.held == nil {
		return err
	}
	if held := f.lock.held; held.Cluster != s.Cluster.Name {
		if f.lock.rechoose {
			f.lock.held = nil
			return nil
		}
		return exit(WrongInput, fmt.Errorf("%s is of cluster %q, and the spec's is %q: name its own with --lock-file, or leave this one aside with --rechoose", f.lock.name, held.Cluster, s.Cluster.Name))
	}
	if !f.lock.rechoose {
		s.Cluster = f.lock.held.Apply(s.Cluster, share)
	}
	return nil
}

// parseShare reads a share of a flag: "5%", "0.5%" or "0".
func parseShare(flag, word string) (units.Ratio, error) {
	wrong := usage(fmt.Errorf("--%s: %q is no share: write it like 5%% or 2.5%%", flag, word))
	number, percent := strings.CutSuffix(word, "%")
	if !percent && number != "0" {
		return 0, wrong
	}
	whole, part, _ := strings.Cut(number, ".")
	const digits = 4 // of a percent: a millionth in all
	if whole == "" || len(part) > digits || len(whole) > 6 || strings.HasSuffix(number, ".") {
		return 0, wrong
	}
	r := units.Ratio(0)
	for _, c := range whole + part + strings.Repeat("0", digits-len(part)) {
		if c < '0' || c > '9' {
			return 0, wrong
		}
		r = r*10 + units.Ratio(c-'0')
	}
	return r, nil
}

// differences says, a line each, where the decisions of a plan are not those of the
// lock: machines, their number by zone, replicas, images, versions. Prices, catalogs
// and the program may differ.
func lockDifferences(held *planner.Lock, p *planner.Plan) []string {
	now := planner.LockOf(p, "")
	var out []string
	differ := func(path, what string, was, is any) {
		if a, b := fmt.Sprint(was), fmt.Sprint(is); a != b {
			out = append(out, fmt.Sprintf("%s: the lock has %s %s, the plan %s", path, what, a, b))
		}
	}
	differ("cluster", "name", held.Cluster, now.Cluster)
	differ("cluster", "provider", held.Provider, now.Provider)
	differ("cluster", "region", held.Region, now.Region)
	differ("cluster", "kubernetes_version", held.KubernetesVersion, now.KubernetesVersion)
	differ("cluster", "upgrade to", orNone(held.UpgradeTo), orNone(now.UpgradeTo))
	was, is := lockedGroups(held), lockedGroups(&now)
	for _, name := range bothKeys(was, is) {
		path := "node_group." + name
		a, b := was[name], is[name]
		if a == nil || b == nil {
			differ(path, "group", present(a != nil), present(b != nil))
			continue
		}
		differ(path, "image", a.Image, b.Image)
		differ(path, "groups of machines", groupWords(a), groupWords(b))
		differ(path, "nodes", poolWords(a.Pools), poolWords(b.Pools))
		differ(path, "bounds", fmt.Sprintf("%d-%d", a.MinNodes, a.MaxNodes), fmt.Sprintf("%d-%d", b.MinNodes, b.MaxNodes))
		x, y := podCounts(a.Replicas), podCounts(b.Replicas)
		for _, w := range bothKeys(x, y) {
			differ(path+".workload."+w, "replicas", orNone(x[w]), orNone(y[w]))
		}
	}
	differ("control_plane", "mode", held.ControlPlane.Mode, now.ControlPlane.Mode)
	differ("control_plane", "machines", machineWords(held.ControlPlane.Machines), machineWords(now.ControlPlane.Machines))
	return out
}

// checkLock tells on stderr where the plan is not what the lock at name holds, and
// reports whether it is. How says which command accepts the plan.
func (w *World) checkLock(name string, held *planner.Lock, p *planner.Plan, how string) bool {
	if held == nil {
		w.note("%s is missing. Write it: %s\n", name, how)
		return false
	}
	lines := lockDifferences(held, p)
	for _, l := range lines {
		w.note("%s: %s\n", name, l)
	}
	if len(lines) > 0 {
		w.note("The plan is not what %s holds. Accept it: %s\n", name, how)
	}
	return len(lines) == 0
}

func lockedGroups(l *planner.Lock) map[string]*planner.LockedGroup {
	out := map[string]*planner.LockedGroup{}
	for i := range l.NodeGroups {
		out[l.NodeGroups[i].Name] = &l.NodeGroups[i]
	}
	return out
}
