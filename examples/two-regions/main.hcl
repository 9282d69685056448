# Bookings in two regions: one carries the load, the other waits with a fifth of the
# capacity and takes over all of it when the first is lost.

cluster "bookings" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  network {
    cni = "vpc_prefix"
    free_ips_by_zone = {
      us-east-1a = 1500
      us-east-1b = 1500
      us-east-1c = 1500
    }
  }

  disaster_recovery {
    regions = ["us-west-2"]
    mode    = "standby"
    share   = "20%"
  }

  node_group "web" {
    role = "app"
    instances {
      max_vcpus = 8
    }

    workload "booking" {
      throughput           = 4000
      throughput_per_pod   = 120
      request_size         = "2Ki"
      response_size        = "16Ki"
      traffic_distribution = "any"
      pod {
        cpu    = "1"
        memory = "2Gi"
        limits {
          memory = "2Gi"
        }
      }
    }
    workload "search" {
      throughput           = 9000
      throughput_per_pod   = 400
      request_size         = "1Ki"
      response_size        = "24Ki"
      traffic_distribution = "prefer_same_zone"
      pod {
        cpu    = "1"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }
}
