cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  risk {
    percentile = "99.99%"
    cvar       = "95%"
    least_regret {
      overspend = 1
      shortfall = 10
    }
  }

  growth {
    per_month = { low = "2%", mid = "1%", high = "5%" }
  }

  node_group "web" {
    workload "api" {
      throughput         = { low = 800, mid = 1000, hi = 1500 }
      throughput_per_pod = { low = 100, mid = 100, high = 100 }
      startup_time       = { low = "10s", mid = "20s", high = "30s" }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
    workload "cart" {
      throughput  = { low = 0, mid = 1000, high = 1500, confidence = 1 }
      concurrency = 8
      latency {
        p99 = { low = "1s", mid = "2s", high = "3s" }
      }
      service_time {
        mean = { low = "10ms", mid = "12ms", high = "20ms" }
        p99  = { low = "40ms", mid = "50ms", high = "90ms" }
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
