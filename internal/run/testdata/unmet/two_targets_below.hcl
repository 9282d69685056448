cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      throughput  = 1200
      concurrency = 8
      latency {
        p50 = "5ms"
        p99 = "60ms"
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
