# A shop whose day is not flat and whose figures are not sure: estimates, a daily profile,
# an autoscaler of pods and nodes, a service mesh, a gateway before everything, and jobs at
# night. README.md goes through it.

cluster "shop-day" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  # Enough in nine of ten worlds that the estimates leave open.
  risk {
    percentile = "90%"
  }

  growth {
    per_month      = { low = "1%", mid = "3%", high = "6%" }
    horizon_months = 12
  }

  quota {
    on_demand_vcpus = 128
  }

  # Envoy beside each pod of the web group: its requests count, and so does its CPU.
  sidecar "istio-proxy" {
    cpu             = "100m"
    memory          = "128Mi"
    cpu_per_request = "0.2ms"
    node_groups     = ["web"]
  }

  node_group "web" {
    role = "app"
    autoscaling {}
    instances {
      max_vcpus = 8 # small steps, so that nodes can follow the day
    }

    workload "api" {
      # Between 1,600 and 3,000 at the peak, nobody knows better before the season.
      throughput      = { low = 1600, mid = 2000, high = 3000, confidence = "80%" }
      cpu_per_request = "5ms"
      concurrency     = 8
      balancing       = "power_of_two" # what Envoy calls least request
      balancers       = 3
      latency {
        p99 = "250ms"
      }
      service_time { # of a trace of last week, three percentiles
        p50 = "12ms"
        p90 = "30ms"
        p99 = "70ms"
      }
      # Shares of the peak by the hour, from midnight UTC on.
      daily_profile = [
        0.35, 0.28, 0.24, 0.22, 0.22, 0.25, 0.32, 0.45, 0.60, 0.72, 0.80, 0.85,
        0.90, 0.92, 0.90, 0.88, 0.90, 0.95, 1.00, 1.00, 0.95, 0.80, 0.62, 0.45,
      ]
      horizontal_pod_autoscaler {} # bounds and target are calculated
      pod {
        cpu    = "700m"
        memory = "896Mi"
        limits {
          memory = "896Mi"
        }
      }
    }
  }

  node_group "edge" {
    role = "ingress"

    workload "gateway" {
      fronts             = ["api"] # carries what api carries, whatever that turns out to be
      throughput_per_pod = 1600
      pod {
        cpu    = 1
        memory = "768Mi"
        limits {
          memory = "768Mi"
        }
      }
    }
  }

  node_group "batch" {
    role = "batch" # spot machines

    workload "reports" {
      kind = "CronJob"
      job {
        runs          = 240
        duration      = { low = "4m", mid = "6m", high = "12m" }
        start_hour    = 2
        finish_within = "3h"
      }
      pod {
        cpu    = 1
        memory = "2Gi"
        limits {
          memory = "2Gi"
        }
      }
    }
  }
}
