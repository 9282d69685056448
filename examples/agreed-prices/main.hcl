# Prices that were agreed on decide which machines are bought.

cluster "web" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  pricing {
    price_book = "prices/acme.hcl"
  }

  node_group "web" {
    role = "app"
    instances {
      families      = ["c7g", "m7g", "r7g"]
      architectures = ["arm64"]
      max_vcpus     = 8
    }

    workload "api" {
      throughput         = 2400
      throughput_per_pod = 120
      pod {
        cpu    = "1"
        memory = "2Gi"
      }
    }
    workload "search" {
      replicas = 6
      pod {
        cpu    = "1500m"
        memory = "6Gi"
      }
    }
  }
}
