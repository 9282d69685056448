package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scantling-dev/scantling/internal/cli"
)

// deployment is one of 3 pods; pod is more of their specs.
func deployment(kind, requests, pod string) string {
	return fmt.Sprintf(`{"apiVersion": "apps/v1", "kind": %q, "metadata": {"name": "a"}, "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "a"}},
		"template": {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "resources": {"requests": {%s}}}]%s}}}}`, kind, requests, pod)
}

// TestImportsPlan: what no group that says nothing could carry is written so that it plans,
// with a question, or told with the change that frees it.
func TestImportsPlan(t *testing.T) {
	const small = `"cpu": "1", "memory": "1Gi"`
	const apart = `, "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "topology.kubernetes.io/zone", "labelSelector": {"matchLabels": {"app": "a"}}}]}}`
	for name, c := range map[string]struct {
		provider, manifest string
		text               string // of the spec
		left               string // of the note; empty where it plans
	}{
		"a zone for each pod, none to spare": {"aws", deployment("Deployment", small, apart), "while one is lost, or while they are rolled out", ""},
		"one zone asked for":                 {"aws", deployment("Deployment", small, `, "nodeSelector": {"topology.kubernetes.io/zone": "us-east-1b"}`), `= ["us-east-1b"]`, ""},
		"one zone for members":               {"aws", deployment("StatefulSet", small, `, "nodeSelector": {"topology.kubernetes.io/zone": "us-east-1b"}`), `= ["us-east-1b"]`, ""},
		"files of pods on EKS":               {"aws", deployment("Deployment", small+`, "ephemeral-storage": "500Gi"`, ""), "how large is the root disk?", ""},
		"files of pods on GKE":               {"gcp", deployment("Deployment", small+`, "ephemeral-storage": "500Gi"`, ""), "how large is the root disk?", ""},
		"GPUs that the region lacks":         {"aws", deployment("Deployment", small+`, "amd.com/gpu": "1"`, ""), "which machines have amd.com/gpu?", ""},
		"another system":                     {"aws", deployment("Deployment", small, `, "nodeSelector": {"kubernetes.io/os": "windows"}`), "kubernetes.io/os = windows", ""},
		"larger than the role's families":    {"gcp", deployment("Deployment", `"cpu": "300", "memory": "4Gi"`, ""), "is this the machine?", ""},
		"ARM that starts from other disks":   {"gcp", deployment("Deployment", small, `, "nodeSelector": {"kubernetes.io/arch": "arm64"}`), `type = "hyperdisk-balanced"`, ""},
		"larger than any machine":            {"aws", deployment("Deployment", `"cpu": "1", "memory": "90Ti"`, ""), "The region has none for pods of 1 CPU and 90Ti", "no other type of the region holds it"},
		"larger than the type it asks for":   {"aws", deployment("Deployment", `"cpu": "3", "memory": "1Gi"`, `, "nodeSelector": {"node.kubernetes.io/instance-type": "t3.medium"}`), `"t3.medium"`, "lower it to"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			manifest := filepath.Join(dir, "m.json")
			if err := os.WriteFile(manifest, []byte(c.manifest), 0o600); err != nil {
				t.Fatal(err)
			}
			ran := func(args ...string) (cli.ExitCode, string) {
				var out, notes bytes.Buffer
				code := cli.Run(t.Context(), cli.World{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &notes, Env: []string{"SCANTLING_CATALOG_DIR=" + t.TempDir()}, Now: noon})
				return cli.ExitCode(code), notes.String()
			}
			code, notes := ran("import", manifest, "--provider", c.provider, "--out", dir)
			text, err := os.ReadFile(filepath.Join(dir, "cluster.hcl"))
			if code != cli.Done || err != nil || !strings.Contains(string(text), c.text) {
				t.Fatalf("exit %d, %v, no %q in\n%s", code, err, c.text, text)
			}
			want := cli.Done
			if c.left != "" {
				want = cli.CannotBeMet
			}
			if _, after, told := strings.Cut(notes, "Not planned yet: node_group."); told != (c.left != "") || told && !strings.Contains(after, c.left) {
				t.Errorf("told %q, want %q", notes, c.left)
			}
			if got, why := ran("plan", dir); got != want {
				t.Errorf("plan: exit %d, want %d: %s\n%s", got, want, why, text)
			}
		})
	}
}
