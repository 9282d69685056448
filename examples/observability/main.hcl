# What is kept of metrics and logs decides the disks of a monitoring group: Prometheus on a
# volume, for as long as its series take, and logs on every node's own disk.

cluster "observability" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  growth {
    per_month      = "4%"
    horizon_months = 12
  }

  retention {
    metrics "prometheus" {
      series          = 120000 # of what runs outside of the cluster
      series_per_pod  = 1500   # count({pod!=""}) / count(kube_pod_info) of the old cluster
      series_per_node = 2500
      scrape_interval = "30s"
      retention       = "360h" # 15 days; further back is in object storage
    }
    metrics "alerts" { # few series, often: on the node's own disk
      series          = 20000
      scrape_interval = "5s"
      retention       = "48h"
    }
    logs {
      bytes_per_minute = "512Ki"
      rotation         = "24h"
      generations      = 7
    }
  }

  node_group "web" {
    role = "app"
    instances {
      max_vcpus = 8
    }

    workload "api" {
      throughput         = 6000
      throughput_per_pod = 150
      pod {
        cpu    = "500m"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }

  node_group "monitoring" {
    role  = "monitoring"
    zones = ["us-east-1a", "us-east-1b"] # a spare node in each zone that has a volume

    workload "prometheus" {
      kind     = "StatefulSet"
      replicas = 2
      pod {
        cpu    = "1"
        memory = "6Gi"
        limits {
          memory = "6Gi"
        }
      }
      volume "data" {
        size = "34Gi"
      }
    }
    workload "alerts" {
      replicas = 2
      pod {
        cpu    = "250m"
        memory = "512Mi"
        limits {
          memory = "512Mi"
        }
      }
    }
  }
}
