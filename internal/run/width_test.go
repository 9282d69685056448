package run_test

import (
	"fmt"
	"testing"

	"github.com/scantling-dev/scantling/internal/spec"
)

// TestWidthsBeyondSimulation: of so many pods not every width is simulated before one is
// chosen, and formulas order them otherwise than the simulation does by a little. The
// plan's own check refuses a width beside which a better one is named.
func TestWidthsBeyondSimulation(t *testing.T) {
	of := func(pods, members int) spec.File {
		return spec.File{Name: "main.hcl", Content: fmt.Appendf(nil, `cluster "wide" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"
  environment        = "development"
  network {
    cni = "cilium"
  }
  control_plane {
    mode  = "self_managed"
    nodes = %d
  }
  upgrade {
    to = "1.36"
  }
  node_group "web" {
    role = "app"
    workload "api" {
      replicas = %d
      pod {
        cpu    = "1"
        memory = "2Gi"
      }
    }
  }
  node_group "data" {
    role = "stateful"
    workload "db" {
      kind      = "StatefulSet"
      replicas  = 3
      min_ready = 1
      pod {
        cpu    = "1"
        memory = "4Gi"
      }
      volume "data" {
        size = "10Gi"
      }
    }
  }
}
`, members, pods)}
	}
	most := 12
	if testing.Short() {
		most = 3
	}
	for n := range most {
		planOf(t, of(15_000-401*n, 1+2*(n%3)))
	}
}
