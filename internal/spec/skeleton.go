package spec

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// skeletonHead begins the spec that `scantling init` writes. The verbs are the
// name, the provider, the region, the zones and the version.
const skeletonHead = `# What the cluster must carry. "scantling plan" computes the rest:
# replicas, nodes by zone, spares, price. Every value that is not given has a
# default, and the plan lists each default that it rests on.

variable "peak_rps" {
  type        = number
  default     = 1200
  description = "Requests per second at the peak, all zones together"
}

cluster %[1]s {
  provider           = %[2]s
  region             = %[3]s
  zones              = [%[4]s]
  kubernetes_version = %[5]s # the minor that runs today
`

// skeletonMachines are machines of one's own.
const skeletonMachines = `
  # What stands there or can be bought. These are examples: replace them, the
  # price a month too, or leave the price out.
  machine "small" {
    cpu           = 16
    memory        = "64Gi"
    usd_per_month = 220
    disk {
      type = "ssd"
      size = "480Gi"
    }
  }
  machine "large" {
    cpu           = 32
    memory        = "128Gi"
    usd_per_month = 390
    disk {
      type = "nvme"
      size = "960Gi"
    }
    # count_by_zone = { room-a = 4 } where no more than these can be had.
  }

  # What nodes keep for the kubelet, the container runtime and the system, so
  # that pods cannot starve them.
  node_group_defaults {
    kubelet {
      kube_reserved {
        cpu    = "120m"
        memory = "1536Mi"
      }
      system_reserved {
        cpu    = "100m"
        memory = "512Mi"
      }
    }
  }
`

// skeletonGroup is what runs there.
const skeletonGroup = `
  # The role decides redundancy, spares, families and taints.
  # app: any node and any zone may fail, and every pod still finds room.
  node_group "web" {
    role = "app"

    workload "api" {
      # From a latency target: what was measured of one request, waiting
      # excluded, and how many requests a pod serves side by side.
      throughput  = var.peak_rps
      concurrency = 8
      latency {
        p99 = "250ms"
      }
      service_time {
        mean = "18ms"
        p99  = "70ms"
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }

    workload "worker" {
      # From a load test: what a pod carries at the target.
      throughput         = 400
      throughput_per_pod = 90
      pod {
        cpu    = "1"
        memory = "1Gi"
      }
    }
  }
`

// skeletonEmit asks for Terraform variables.
const skeletonEmit = `
  # Variables for the Terraform module that makes the cluster, by
  # "scantling emit".
  emit "terraform" {
    directory = "terraform"
  }
`

// First is what a first spec is made from; the region must have the zones and the
// version.
type First struct {
	Name, Provider, Region string
	Zones                  []string
	Version                string
	// OwnMachines: the spec says what machines there are.
	OwnMachines bool
}

// Skeleton returns a commented spec that plans as it stands.
func Skeleton(f First) []byte {
	quoted := make([]string, len(f.Zones))
	for i, z := range f.Zones {
		quoted[i] = quote(z)
	}
	out := fmt.Appendf(nil, skeletonHead, quote(f.Name), quote(f.Provider), quote(f.Region), strings.Join(quoted, ", "), quote(f.Version))
	parts := []string{skeletonGroup, skeletonEmit}
	if f.OwnMachines {
		parts = []string{skeletonMachines, skeletonGroup}
	}
	return append(out, strings.Join(append(parts, "}\n"), "")...)
}

// quote returns s as a literal of HCL.
func quote(s string) string {
	return string(bytes.TrimSpace(hclwrite.TokensForValue(stringValue(s)).Bytes()))
}
