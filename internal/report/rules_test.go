package report_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestRulesHavePages: each rule that the upgrades of the examples cite has a page.
func TestRulesHavePages(t *testing.T) {
	rule := regexp.MustCompile(`\b[A-Z]{2}-[0-9]{2}\b`)
	cited := 0
	for _, name := range []string{"runbook.md", "upgrade.txt"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", name))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s of any example: %v", name, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range rule.FindAll(text, -1) {
				cited++
				if _, err := os.Stat(filepath.Join("..", "..", "docs", "rules", string(id)+".md")); err != nil {
					t.Errorf("%s cites %s, which has no page", file, id)
				}
			}
		}
	}
	if cited == 0 {
		t.Error("no rule is cited")
	}
}
