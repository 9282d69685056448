# A cluster on machines of one's own: three rooms of one site, one power feed each.

cluster "factory" {
  provider           = "on_premises"
  region             = "plant"
  zones              = ["room-a", "room-b", "room-c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  network {
    cni = "cilium"
  }

  # Stacked etcd on small machines with SSDs. Two hosts with haproxy hold the address
  # of the API with keepalived; the rooms share one L2 network.
  control_plane {
    load_balancer = "haproxy_keepalived"
    instances {
      types = ["small"]
    }
  }

  # What stands in the racks, and what it costs a month: depreciation, power, space.
  machine "small" {
    cpu           = 8
    memory        = "32Gi"
    usd_per_month = 95
    disk {
      type = "ssd"
      size = "480Gi"
      iops = 20000
    }
    count_by_zone = {
      "room-a" = 4
      "room-b" = 4
      "room-c" = 3
    }
  }

  machine "large" {
    cpu           = 32
    memory        = "128Gi"
    usd_per_month = 310
    disk {
      type = "nvme"
      size = "1920Gi"
    }
    count_by_zone = {
      "room-a" = 4
      "room-b" = 4
      "room-c" = 4
    }
  }

  node_group_defaults {
    kubelet {
      kube_reserved {
        cpu    = "200m"
        memory = "2Gi"
      }
      system_reserved {
        cpu    = "200m"
        memory = "1Gi"
      }
    }
  }

  node_group "apps" {
    role = "app"

    workload "orders" {
      throughput         = 1500
      throughput_per_pod = 120
      pod {
        cpu    = "2"
        memory = "4Gi"
        limits {
          memory = "4Gi"
        }
      }
    }
    workload "telemetry" {
      throughput  = 2400
      concurrency = 32
      latency { p99 = "200ms" }
      service_time {
        mean = "20ms"
        p99  = "80ms"
      }
      pod {
        cpu    = "4"
        memory = "4Gi"
        limits {
          memory = "4Gi"
        }
      }
    }
  }

  node_group "ingress" {
    role = "ingress"
    instances {
      types = ["small"]
    }

    workload "haproxy-ingress" {
      throughput         = 3000
      throughput_per_pod = 2000
      pod {
        cpu    = "1"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }

  node_group "data" {
    role = "stateful"
    instances {
      types = ["large"]
    }

    workload "postgres" {
      kind      = "StatefulSet"
      replicas  = 3
      min_ready = 2
      pod {
        cpu    = "8"
        memory = "48Gi"
        limits {
          memory = "48Gi"
        }
      }
    }
  }

  growth {
    per_month      = "4%"
    horizon_months = 12
  }

  upgrade {
    to = "1.36"
  }

  emit "terraform" {
    directory = "terraform"
  }
}
