# Card payments on a cluster that its owners run themselves: kubeadm on EC2, etcd on
# machines of its own, a cloud load balancer before the API servers.

cluster "payments" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  network {
    cni = "calico"
  }

  control_plane {
    mode          = "self_managed"
    etcd_topology = "external"
    load_balancer = "cloud"
    etcd {
      members = 5 # two may fail, so that one can be replaced without fear
    }
  }

  # What is in the ledger's volumes no manifest brings back: copies every six hours, of what
  # was written since, kept for a month. Read back at 250 MiB/s in the last rehearsal.
  disaster_recovery {
    pattern                   = "backup"
    backup_interval           = "6h"
    change_rate               = "5%"
    storage_usd_per_gib_month = 0.05 # the contract's, of copies in another region
    restore_throughput_mib    = 250
    provision_time            = "25m"
    restore_time              = "20m"
    switch_time               = "5m"
    rpo                       = "6h"
    rto                       = "3h"
  }

  # Bought a year ago, half of what ran then.
  pricing {
    commitment "compute-2025" {
      type         = "compute_savings_plan"
      usd_per_hour = 0.5
      discount     = "27%" # one year, no upfront, as the contract has it
      expires      = "2027-05-01"
    }
  }

  # Counted over the last two years; nobody else's figures say anything of these.
  availability {
    node = "99.7%"
    zone = "99.98%"
  }

  # The EBS driver is not part of kubeadm, so that it is declared here.
  daemonset "ebs-csi-node" {
    cpu    = "30m"
    memory = "120Mi"
  }

  # kubeadm reserves nothing for the kubelet and the system unless it is told to.
  node_group_defaults {
    kubelet {
      kube_reserved {
        cpu    = "100m"
        memory = "1Gi"
      }
      system_reserved {
        cpu    = "100m"
        memory = "512Mi"
      }
    }
  }

  node_group "ledger" {
    role = "stateful"

    workload "ledger" {
      kind                     = "StatefulSet"
      replicas                 = 6
      min_ready                = 4
      termination_grace_period = "60s"
      pod {
        cpu    = "2"
        memory = "8Gi"
        limits {
          memory = "8Gi"
        }
      }
      volume "data" {
        size = "200Gi"
      }
    }
  }

  node_group "system" {
    role = "system"

    workload "ebs-csi-controller" {
      replicas = 2
      pod {
        cpu    = "60m"
        memory = "240Mi"
        limits {
          memory = "1Gi"
        }
      }
    }
  }

  node_group "web" {
    role = "app"

    workload "authorize" {
      throughput  = 900
      concurrency = 16
      latency { p99 = "120ms" }
      service_time {
        mean = "12ms"
        p99  = "45ms"
      }
      pod {
        cpu    = "1"
        memory = "1Gi"
        limits {
          memory = "1Gi"
        }
      }
    }
    workload "capture" {
      throughput         = 600
      throughput_per_pod = 150
      pod {
        cpu    = "500m"
        memory = "768Mi"
        limits {
          memory = "768Mi"
        }
      }
    }
  }

  upgrade {
    to = "1.36"
  }

  emit "terraform" {
    directory = "terraform"
    variable  = "payments_node_groups"
  }
}
