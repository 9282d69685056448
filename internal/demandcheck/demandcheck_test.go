package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/planner/demand"
)

// A tiny study must run through, write its tables into a page and nothing else, and
// not depend on how many simulations run side by side.
func TestATinyStudy(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	write := func(workers int) string {
		t.Helper()
		if err := os.WriteFile(page, []byte("before\n"+begin+"old\n"+end+"after\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s := scale{problems: 4, arrivals: 400_000, predictions: 20_000, cells: 200, workers: workers, notes: io.Discard}
		if err := run(t.Context(), s, page, io.Discard); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	text := write(1)
	if !strings.HasPrefix(text, "before\n"+begin) || !strings.HasSuffix(text, end+"after\n") || strings.Contains(text, "old") {
		t.Errorf("the page is now:\n%s", text)
	}
	for _, want := range []string{"4 random sizing problems", "| verified (`auto`) | 4 |", "| **random** |"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not have %q:\n%s", want, text)
		}
	}
	if again := write(3); again != text {
		t.Errorf("with three at a time the page is:\n%s\nand was:\n%s", again, text)
	}
}

// A page without marks is refused before anything is measured.
func TestAPageWithoutMarks(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("no marks\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), scale{}, page, io.Discard); err == nil {
		t.Error("it is taken")
	}
}

// Too few by a pod or by 2% is borne, and by more it is not.
func TestSizeTableCounts(t *testing.T) {
	result := func(answer, truth int) sizeResult {
		return sizeResult{problem: problem{policy: policies()[0]}, confirmed: demand.Confirmed{Verified: demand.Verified{Sizing: demand.Sizing{Replicas: answer}}}, formula: truth, truth: truth}
	}
	table := string(sizeTables([]sizeResult{
		result(10, 10), result(11, 10), result(9, 10), result(8, 10), result(98, 100), result(97, 100), result(15, 10), result(20, 20), result(4, 4), result(5, 5),
	}, scale{arrivals: 20_000_000}))
	// 4 exact; with 11 and 9 for 10 six within one pod; 9 and 98 slightly, 8 and 97 too few.
	for _, want := range []string{
		"20,000,000 arrivals", "| verified (`auto`) | 10 | 4 | 6 | 2 | 2 | 0 | 1 | 15 for 10 |", "| formulas alone (`never`) | 10 | 10 | 10 | 0 | 0 | 0 | 0 |",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table does not have %q:\n%s", want, table)
		}
	}
}

// The problems are feasible and reach over the laws, policies and sizes.
func TestRandomProblems(t *testing.T) {
	var names []string
	for seed := range uint64(200) {
		p := randomProblem(rand.New(rand.NewPCG(problemSeed, seed)))
		if _, err := demand.NewModel(p.load).Replicas(); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		names = append(names, p.service.name, p.policy.sized.String(), p.load.Targets[0].Statistic.String())
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) != 5+5+3 {
		t.Errorf("the problems have %v", names)
	}
}

func TestCount(t *testing.T) {
	var out bytes.Buffer
	for _, n := range []int{7, 999, 1000, 20_000_000} {
		out.WriteString(count(n) + " ")
	}
	if out.String() != "7 999 1,000 20,000,000 " {
		t.Error(out.String())
	}
}
