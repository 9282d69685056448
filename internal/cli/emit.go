package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/emit"
	"github.com/scantling-dev/scantling/internal/emit/eksctl"
	"github.com/scantling-dev/scantling/internal/emit/karpenter"
	"github.com/scantling-dev/scantling/internal/emit/kops"
	"github.com/scantling-dev/scantling/internal/emit/kubernetes"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/planner"
)

// tools are what plans can be written for, a line each.
func tools() []emit.Tool {
	return []emit.Tool{
		terraform.Tool(),
		kubernetes.Tool(),
		eksctl.Tool(),
		karpenter.Tool(),
		kops.Tool(),
	}
}

func emitCommand(w *World) *cobra.Command {
	e := emitter{world: w}
	cmd := &cobra.Command{
		Use:   "emit [TOOL] [PLAN|SPEC] [--out DIR]",
		Short: "Write a plan as the input of other tools: Terraform and others",
		Long: `Write the plan document PLAN, or the plan of SPEC, as the input of TOOL:

` + toolHelp() + `
Without TOOL, what the spec's emit blocks say is written. The files go into DIR
(default: the directory of the spec's emit block, seen from the folder of the spec or
of the plan document). A document is verified first, as by 'scantling verify': exit 3
if anything is wrong with it. Either all files of a tool are written or none.

--check writes nothing: exit 3 if a file is missing or differs from what would be
written, or if the lock file beside the spec or document is not what the plan says.`,
		Example: `  scantling plan --out plan.json && scantling emit terraform plan.json --out infra/shop
  scantling emit terraform examples/shop-eks --out infra/shop
  scantling emit terraform --style root plan.json --out infra/shop
  scantling emit terraform --from old-plan.json plan.json --out infra/shop
  scantling emit --check plan.json`,
		RunE: func(cmd *cobra.Command, args []string) error { return e.run(cmd, args) },
	}
	cmd.Args = e.args
	e.spec.register(cmd)
	e.spec.registerLock(cmd)
	e.spec.registerAge(cmd)
	cmd.Flags().StringVar(&e.out, "out", "", "write into `dir`")
	cmd.Flags().StringVar(&e.style, "style", "", "of Terraform: `vars|root`, in place of the emit block's style")
	cmd.Flags().StringVar(&e.from, "from", "", "the plan document that stands: changes that do not apply in place are written in steps (`old-plan.json`)")
	cmd.Flags().BoolVar(&e.check, "check", false, "write nothing, and exit 3 if the files are not what would be written")
	return cmd
}

// toolHelp names each tool on a line.
func toolHelp() string {
	var b strings.Builder
	for _, t := range tools() {
		fmt.Fprintf(&b, "  %-11s %s\n", t.Name, t.Short)
	}
	return b.String()
}

// emitter is what the command was given.
type emitter struct {
	world *World
	spec  specFlags
	out   string
	style string
	check bool
	// from is the document of the plan that stands, standing the plan in it.
	from     string
	standing *planner.Plan
	// again is the command that writes the files.
	again string
}

// toolNamed returns the tool of that name.
func toolNamed(name string) (emit.Tool, bool) {
	all := tools()
	if i := slices.IndexFunc(all, func(t emit.Tool) bool { return t.Name == name }); i >= 0 {
		return all[i], true
	}
	return emit.Tool{}, false
}

// args refuses what is neither a tool nor a plan. One word that names no tool is the
// plan.
func (e *emitter) args(cmd *cobra.Command, args []string) error {
	if len(args) > 2 {
		return usage(fmt.Errorf("%q takes a tool and a plan or spec", cmd.CommandPath()))
	}
	if len(args) == 0 {
		return nil
	}
	_, named := toolNamed(args[0])
	if named || len(args) == 1 && isPath(args[0]) {
		return nil
	}
	var names []string
	for _, t := range tools() {
		names = append(names, t.Name)
	}
	return usage(fmt.Errorf("%s is no tool that plans can be written for: choose %s", args[0], strings.Join(names, ", ")))
}

// isPath reports whether a word is a path: there is something, or it looks like one, so that
// a plan that is not there is told as that.
func isPath(word string) bool {
	_, err := os.Stat(word)
	return err == nil || strings.ContainsAny(word, "./\\")
}

// styles refuses a style that is none, or that no tool which is asked has.
func (e *emitter) styles(asked []emit.Tool) error {
	switch {
	case e.style == "":
		return nil
	case e.style != terraform.Vars && e.style != terraform.Root:
		return usage(fmt.Errorf("--style is %s or %s, not %q", terraform.Vars, terraform.Root, e.style))
	case !slices.ContainsFunc(asked, func(t emit.Tool) bool { return t.Name == terraform.Tool().Name }):
		return usage(errors.New("--style is for terraform"))
	}
	return nil
}

// stands returns the plan that --from names; nil without it.
func (e *emitter) stands(asked []emit.Tool) (*planner.Plan, error) {
	if e.from == "" {
		return nil, nil //nolint:nilnil // No plan is known to stand.
	}
	if !slices.ContainsFunc(asked, func(t emit.Tool) bool { return t.Name == terraform.Tool().Name }) {
		return nil, usage(errors.New("--from is for terraform"))
	}
	file, err := files.Read(e.from, maxPlanBytes)
	if err != nil {
		return nil, readError(err)
	}
	e.spec.read = append(e.spec.read, e.from)
	old, err := decodePlan(file)
	if err != nil {
		return nil, err
	}
	return old, e.spec.check(e.world, e.from, old)
}

// run writes for the tool that is named, or for each of the spec's emit blocks.
func (e *emitter) run(cmd *cobra.Command, args []string) error {
	var asked []emit.Tool
	if len(args) > 0 {
		if t, ok := toolNamed(args[0]); ok {
			asked, args = []emit.Tool{t}, args[1:]
		}
	}
	source := pathArg(args)
	e.again = e.typed(asked, source)
	p, document, err := e.spec.planFrom(cmd.Context(), e.world, source)
	if err != nil {
		return err
	}
	if document {
		if err := e.spec.check(e.world, source, p); err != nil {
			return err
		}
	}
	if len(asked) == 0 {
		if asked, err = e.blocks(p); err != nil {
			return err
		}
	}
	if err := e.styles(asked); err != nil {
		return err
	}
	if e.standing, err = e.stands(asked); err != nil {
		return err
	}
	locked, err := e.agrees(p, source, document)
	if err != nil {
		return err
	}
	same, err := e.all(p, asked, source)
	if err != nil {
		return err
	}
	if !same || !locked {
		return said(GateFailed)
	}
	return nil
}

// typed is the command that writes for the tools that were asked for, or for those of
// the emit blocks.
func (e *emitter) typed(asked []emit.Tool, source string) string {
	words := []string{"scantling emit"}
	for _, t := range asked {
		words = append(words, t.Name)
	}
	if typed := e.spec.typed(source); typed != "" {
		words = append(words, typed)
	}
	if e.style != "" {
		words = append(words, "--style "+e.style)
	}
	if e.from != "" {
		words = append(words, "--from "+quoted(e.from))
	}
	if e.out != "" {
		words = append(words, "--out "+quoted(e.out))
	}
	return strings.Join(words, " ")
}

// agrees tells with --check where the lock beside the spec or document is not what the
// plan says, and reports whether it is. No lock is no disagreement.
func (e *emitter) agrees(p *planner.Plan, source string, document bool) (bool, error) {
	lock := e.spec.lock
	if !e.check {
		return true, nil
	}
	how := accept(e.spec.typed(source))
	if document {
		how = accept("") // nobody knows where its spec is
		lock.name = lock.lockPath(source)
		if err := lock.load(); err != nil {
			return false, err
		}
		if lock.held != nil && lock.held.Cluster != p.Cluster.Name {
			return true, nil // of another cluster, whose documents are kept here too
		}
	}
	return lock.held == nil || e.world.checkLock(lock.name, lock.held, p, how), nil
}

// all writes or compares for each tool, and reports whether the files are the same.
func (e *emitter) all(p *planner.Plan, tools []emit.Tool, source string) (bool, error) {
	all := true
	for _, t := range tools {
		same, err := e.write(p, t, source)
		if err != nil {
			return false, err
		}
		all = all && same
	}
	if all {
		return true, nil
	}
	if _, err := fmt.Fprintf(e.world.Stderr, "Write them anew: %s\n", e.again); err != nil {
		return false, exit(EnvironmentFailed, err)
	}
	return false, nil
}

// written compares what the emit blocks of the spec at source write, where there are
// any that say where to.
func (e *emitter) written(p *planner.Plan, source string) (bool, error) {
	var asked []emit.Tool
	for _, block := range p.Cluster.Emits {
		t, ok := toolNamed(block.Tool)
		if !ok {
			return false, exit(WrongInput, fmt.Errorf("emit.%s: there is no such tool", block.Tool))
		}
		if block.Directory != "" {
			asked = append(asked, t)
		}
	}
	e.again = e.typed(nil, source)
	return e.all(p, asked, source)
}

// blocks returns the tools of the plan's emit blocks.
func (e *emitter) blocks(p *planner.Plan) ([]emit.Tool, error) {
	var asked []emit.Tool
	for _, block := range p.Cluster.Emits {
		t, ok := toolNamed(block.Tool)
		if !ok {
			return nil, exit(WrongInput, fmt.Errorf("emit.%s: there is no such tool", block.Tool))
		}
		asked = append(asked, t)
	}
	if len(asked) == 0 {
		return nil, usage(errors.New("what for? Name a tool, or put an emit block into the spec"))
	}
	if e.out != "" && len(asked) > 1 {
		return nil, usage(errors.New("--out is one folder, and the spec has several emit blocks: name the tool too"))
	}
	return asked, nil
}

// write writes p for a tool, or with --check compares, and reports whether the files
// there are the same.
func (e *emitter) write(p *planner.Plan, t emit.Tool, source string) (same bool, err error) {
	block := planner.Emit{Tool: t.Name}
	if i := slices.IndexFunc(p.Cluster.Emits, func(b planner.Emit) bool { return b.Tool == t.Name }); i >= 0 {
		block = p.Cluster.Emits[i]
	}
	if e.style != "" && t.Name == terraform.Tool().Name {
		block.Style = e.style
	}
	dir, err := e.directory(block, source)
	if err != nil {
		return false, err
	}
	made, err := t.Write(emit.Request{Plan: p, Block: block, From: e.standing})
	if err != nil {
		return false, exit(WrongInput, err)
	}
	if e.check {
		return e.compare(dir, made.Files)
	}
	list := make([]files.File, len(made.Files))
	for i, f := range made.Files {
		list[i] = files.File{Name: filepath.FromSlash(f.Name), Content: f.Content}
		if err := e.spec.apart(filepath.Join(dir, list[i].Name)); err != nil {
			return false, err
		}
		if err := others(filepath.Join(dir, list[i].Name), f.Content); err != nil {
			return false, err
		}
	}
	if err := files.WriteAll(dir, list); err != nil {
		return false, writeError(err)
	}
	var told strings.Builder
	for _, f := range list {
		fmt.Fprintf(&told, "Wrote %s\n", filepath.Join(dir, f.Name))
	}
	for _, note := range made.Notes {
		fmt.Fprintf(&told, "Note: %s\n", note)
	}
	if err := e.world.print([]byte(told.String())); err != nil {
		return false, err
	}
	return true, e.leftOver(dir, t, made.Files)
}

// others refuses to write over the variables of another cluster in the same folder.
func others(name string, content []byte) error {
	own := terraform.Owner(content)
	if own == "" {
		return nil
	}
	there, err := os.ReadFile(name)
	if err != nil {
		return nil //nolint:nilerr // What is not there is nobody's; what cannot be read is told when it is written.
	}
	if of := terraform.Owner(there); of != "" && of != own {
		return usage(fmt.Errorf("%s is of the cluster %s, and this one is %s: nothing was written. Write into another folder, name the variables apart (emit \"terraform\" { variable = \"…_node_groups\" }), or remove the file if that cluster is gone", name, of, own))
	}
	return nil
}

// directory is what --out says, else what the emit block says, seen from the folder
// of the spec or plan at source.
func (e *emitter) directory(block planner.Emit, source string) (string, error) {
	switch {
	case e.out != "":
		return e.out, nil
	case block.Directory == "":
		return "", usage(fmt.Errorf("where to? Give --out DIR, or an emit %q block in the spec", block.Tool))
	case filepath.IsAbs(block.Directory):
		return block.Directory, nil
	}
	if info, err := os.Stat(source); err == nil && !info.IsDir() {
		source = filepath.Dir(source)
	}
	return filepath.Join(source, block.Directory), nil
}

// compare names on stderr the files in dir that are not as made, and reports whether
// there are none.
func (e *emitter) compare(dir string, made []emit.File) (same bool, err error) {
	var told strings.Builder
	for _, f := range made {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		there, err := os.ReadFile(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Fprintf(&told, "%s is missing\n", name)
		case err != nil:
			return false, readError(err)
		case !bytes.Equal(there, f.Content):
			fmt.Fprintf(&told, "%s differs from the plan\n", name)
		}
	}
	if told.Len() == 0 {
		return true, nil
	}
	if _, err := e.world.Stderr.Write([]byte(told.String())); err != nil {
		return false, exit(EnvironmentFailed, err)
	}
	return false, nil
}
