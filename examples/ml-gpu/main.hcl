# Answers from a language model over documents: GPUs for the model, a vector database
# with a volume for each member, a gateway before both.

cluster "answers" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  # On the nodes with GPUs alone.
  daemonset "dcgm-exporter" {
    cpu         = "100m"
    memory      = "256Mi"
    node_groups = ["models"]
  }

  # On every node that no taint keeps it from, but for those of the models.
  daemonset "log-agent" {
    cpu               = "100m"
    memory            = "200Mi"
    ephemeral_storage = "1Gi"
    tolerations       = ["group"]
  }

  node_group "front" {
    workload "gateway" {
      throughput         = 900
      throughput_per_pod = 150
      pod {
        cpu    = "500m"
        memory = "512Mi"
        limits {
          memory = "512Mi"
        }
      }
    }
    # One to a node and near the gateways, both where that is possible.
    workload "embedder" {
      replicas      = 4
      anti_affinity = "preferred"
      priority      = 1000
      affinity "gateway" {
        topology_key = "zone"
      }
      pod {
        cpu               = "500m"
        memory            = "1Gi"
        ephemeral_storage = "8Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }

  node_group "models" {
    role = "gpu"
    instances {
      gpu {
        names      = ["a10g", "l4"]
        min_memory = "20Gi"
      }
    }
    redundancy {
      nodes = 1
    }
    # A server that batches is no queue: what a pod did under rising load was measured.
    workload "llm" {
      throughput = 40
      latency { p99 = "2s" }
      load_curve = [
        { throughput = 2, p99 = "900ms" },
        { throughput = 4, p99 = "1200ms" },
        { throughput = 6, p99 = "1800ms" },
        { throughput = 8, p99 = "3500ms" },
      ]
      pod {
        cpu               = 3
        memory            = "12Gi"
        ephemeral_storage = "40Gi"
        resources         = { "nvidia.com/gpu" = 1 }
        limits {
          memory = "12Gi"
        }
      }
    }
  }

  node_group "vectors" {
    role = "stateful"
    workload "vector-db" {
      kind          = "StatefulSet"
      replicas      = 6
      min_ready     = 4
      anti_affinity = "required" # one on a node
      pod {
        cpu          = 2
        memory       = "12Gi"
        network_mbps = 500
        limits {
          memory = "12Gi"
        }
      }
      volume "data" {
        size = "500Gi"
      }
    }
  }
}
