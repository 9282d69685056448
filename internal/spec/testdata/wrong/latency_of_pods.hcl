cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  simulation         = "always"

  node_group "web" {
    workload "api" {
      throughput      = 1200
      cpu_per_request = "20ms"
      balancers       = 3
      latency {
        p99 = "250ms"
      }
      latency {
        p99    = "200ms"
        during = "failure"
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
    workload "gateway" {
      throughput  = 1200
      concurrency = 8
      balancing   = "pooled"
      connections = 40
      latency {
        p99    = "250ms"
        during = "failure"
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
  }
}
