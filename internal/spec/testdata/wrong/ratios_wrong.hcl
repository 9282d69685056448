cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      throughput      = 1200
      concurrency     = 2.5
      max_utilization = 70
      min_ready       = 1.5
      growth_per_month = "eighty percent"
      latency {
        p99 = "0s"
      }
      service_time {
        mean = "18ms"
        cv   = "-1"
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
