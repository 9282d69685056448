package spec

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// skeletonText is the spec that `scantling init` writes. The verbs are the
// name, the provider, the region, the zones and the version.
const skeletonText = `# What the cluster must carry. "scantling plan" computes the rest:
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

  # The variables of the Terraform EKS module, by "scantling emit".
  emit "terraform" {
    directory = "terraform"
  }
}
`

// Skeleton returns a commented spec that plans as it stands. name becomes the
// cluster's; the region must have the zones and the version.
func Skeleton(name, provider, region string, zones []string, version string) []byte {
	quoted := make([]string, len(zones))
	for i, z := range zones {
		quoted[i] = quote(z)
	}
	return fmt.Appendf(nil, skeletonText, quote(name), quote(provider), quote(region), strings.Join(quoted, ", "), quote(version))
}

// quote returns s as a literal of HCL.
func quote(s string) string {
	return string(bytes.TrimSpace(hclwrite.TokensForValue(stringValue(s)).Bytes()))
}
