//go:build milpcheck

package colgen_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner/packing/colgen"
	"github.com/scantling-dev/scantling/planner/units"
)

// The mixed-integer programs that glpsol solves know nothing of patterns: they
// have a variable for the pods of a class on one node, and one for whether the
// node is bought. `make milp-check` runs them.

// program is an integer program in the LP format of CPLEX.
type program struct {
	objective, rows, bounds, general, binary strings.Builder
	n                                        int
}

func (p *program) row(format string, args ...any) {
	p.n++
	fmt.Fprintf(&p.rows, " r%d: %s\n", p.n, fmt.Sprintf(format, args...))
}

func (p *program) String() string {
	return fmt.Sprintf("Minimize\n cost:%s\nSubject To\n%sBounds\n%sGeneral\n%sBinary\n%sEnd\n",
		p.objective.String(), p.rows.String(), p.bounds.String(), p.general.String(), p.binary.String())
}

// assignment is the program of a problem of which a plan of cost most is known:
// a cheapest plan has no more than most / price nodes of a type, and none without
// pods.
func assignment(p problem, most units.USDPerHour) string {
	var out program
	pods := 0
	places := make([][]string, len(p.classes))
	for i := range p.classes {
		pods += p.classes[i].Count
	}
	for t := range p.offers {
		o := &p.offers[t]
		nodes := min(pods, int(most/o.Price))
		for k := range nodes {
			node := fmt.Sprintf("y_%d_%d", t, k)
			fmt.Fprintf(&out.objective, " + %d %s", o.Price, node)
			fmt.Fprintf(&out.binary, " %s\n", node)
			if k > 0 {
				// Nodes of a type are alike: they are bought in order.
				out.row("y_%d_%d - %s >= 0", t, k-1, node)
			}
			var used [colgen.Dims]string
			for i := range p.classes {
				c := &p.classes[i]
				if c.Count == 0 || !c.Offers.Has(t) {
					continue
				}
				x := fmt.Sprintf("x_%d_%d_%d", i, t, k)
				places[i] = append(places[i], x)
				fmt.Fprintf(&out.bounds, " 0 <= %s <= %d\n", x, c.Count)
				fmt.Fprintf(&out.general, " %s\n", x)
				out.row("%s - %d %s <= 0", x, c.Count, node)
				for d, w := range c.Request {
					if w > 0 {
						used[d] += fmt.Sprintf(" + %d %s", w, x)
					}
				}
			}
			for d, sum := range used {
				if sum != "" {
					out.row("%s - %d %s <= 0", sum, o.Free[d], node)
				}
			}
		}
	}
	for i := range p.classes {
		if p.classes[i].Count > 0 {
			out.row("%s = %d", strings.Join(places[i], " + "), p.classes[i].Count)
		}
	}
	return out.String()
}

// glpsol returns the optimum of a program.
func glpsol(ctx context.Context, dir, text string) (int64, error) {
	in, out := filepath.Join(dir, "p.lp"), filepath.Join(dir, "p.out")
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		return 0, err
	}
	log, err := exec.CommandContext(ctx, "glpsol", "--lp", in, "--cuts", "-w", out).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("glpsol (Debian package glpk-utils): %w\n%s", err, log)
	}
	solution, err := os.ReadFile(out)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(solution)) {
		// s mip ROWS COLUMNS STATUS OBJECTIVE; status o is optimal.
		f := strings.Fields(line)
		if len(f) == 6 && f[0] == "s" && f[1] == "mip" && f[4] == "o" {
			return strconv.ParseInt(f[5], 10, 64)
		}
	}
	return 0, fmt.Errorf("glpsol found no optimum:\n%s", log)
}

func TestMILP(t *testing.T) {
	const problems = 1000
	exact := 0
	for seed := range uint64(problems) {
		// Seeds that TestTinyAgainstBruteForce does not have.
		p := tiny(10_000 + seed)
		plan := solve(t, p, colgen.Options{})
		want, err := glpsol(t.Context(), t.TempDir(), assignment(p, plan.Cost))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		dual := int64(plan.Certificate.Bound(p.classes))
		if dual > want || int64(plan.LowerBound) > want || int64(plan.Cost) < want {
			t.Errorf("seed %d: certified %d, bound %d, optimum %d, plan %d", seed, dual, plan.LowerBound, want, plan.Cost)
		}
		if plan.Stage == colgen.StageExact {
			exact++
			if int64(plan.Cost) != want {
				t.Errorf("seed %d: exact %d, optimum %d", seed, plan.Cost, want)
			}
		}
	}
	t.Logf("%d problems, %d of them solved exactly", problems, exact)
	if exact < problems*9/10 {
		t.Errorf("only %d of %d tiny problems were solved exactly", exact, problems)
	}
}
