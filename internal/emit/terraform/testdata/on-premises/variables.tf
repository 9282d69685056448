# A cluster that its owners run: control plane, etcd and node groups.
# Written by scantling for the cluster "datacenter" in home.
# Change the spec and write them again.

variable "control_plane" {
  description = "API servers: their version, machines by role and what stands before them."
  type = object({
    # Kubernetes minor that runs today.
    kubernetes_version = string
    # By role: control_plane, and where they have machines of their own etcd and load_balancer.
    machines = map(object({
      # Machine, by the name that the spec gives it.
      machine_type = string
      # Number of machines in each zone.
      nodes_by_zone = map(number)
    }))
    load_balancer = object({
      # kube_vip or haproxy_keepalived.
      kind = string
      # Hosts of its own; 0 where there are none.
      hosts = number
      # Ports that it listens on.
      ports = list(number)
      # Path of the API servers' health check.
      health_check = optional(string)
    })
  })
  nullable = false

  validation {
    condition = alltrue([
      for role in keys(var.control_plane.machines) : contains(["control_plane", "etcd", "load_balancer"], role)
    ]) && contains(keys(var.control_plane.machines), "control_plane")
    error_message = "Machines have role control_plane, etcd or load_balancer, and some are of the first."
  }

  validation {
    condition = alltrue(flatten([
      for m in values(var.control_plane.machines) : [
        for n in values(m.nodes_by_zone) : n >= 0 && floor(n) == n
      ]
    ]))
    error_message = "A number of machines is a whole number, 0 or more."
  }

  validation {
    condition     = contains(["kube_vip", "haproxy_keepalived"], var.control_plane.load_balancer.kind)
    error_message = "The kind of a load balancer is kube_vip or haproxy_keepalived."
  }

  validation {
    condition     = var.control_plane.load_balancer.hosts == sum(concat([0], try(values(var.control_plane.machines.load_balancer.nodes_by_zone), [])))
    error_message = "The load balancer has as many hosts as there are machines for it."
  }

  validation {
    condition     = alltrue([for p in var.control_plane.load_balancer.ports : p >= 1 && p <= 65535 && floor(p) == p])
    error_message = "A port is a whole number from 1 to 65535."
  }
}

variable "etcd" {
  description = "Where the cluster's state is kept. Names with a flag of etcd have its unit: bytes and milliseconds."
  type = object({
    # stacked on the machines of role control_plane, or external on those of role etcd.
    topology = string
    # Number of members: odd.
    members = number
    # --quota-backend-bytes.
    quota_backend_bytes = number
    # --heartbeat-interval, in milliseconds, the same on all members.
    heartbeat_interval = number
    # --election-timeout, in milliseconds, the same on all members.
    election_timeout = number
    # What the disk of a machine with an etcd member has to offer at least. GiB, and MiB/s of throughput.
    disk = object({
      type           = optional(string)
      size_gib       = number
      iops           = optional(number)
      throughput_mib = optional(number)
    })
    # Snapshots: how often, how long each is kept, and what they take in all.
    backup = object({
      interval    = string
      retention   = string
      storage_gib = number
    })
    # The etcd that events have of their own, a member beside each of the others; null where
    # they have none.
    events = optional(object({
      quota_backend_bytes = number
      disk = object({
        type           = optional(string)
        size_gib       = number
        iops           = optional(number)
        throughput_mib = optional(number)
      })
    }))
  })
  nullable = false

  validation {
    condition     = contains(["stacked", "external"], var.etcd.topology)
    error_message = "The topology of etcd is stacked or external."
  }

  validation {
    condition     = contains([1, 3, 5, 7], var.etcd.members)
    error_message = "etcd has 1, 3, 5 or 7 members: one more than an odd number survives no more."
  }

  validation {
    condition     = var.etcd.election_timeout >= 5 * var.etcd.heartbeat_interval && var.etcd.election_timeout <= 50000 && var.etcd.heartbeat_interval > 0
    error_message = "etcd refuses an election timeout below 5 heartbeats or above 50000 ms."
  }

  validation {
    condition     = var.etcd.quota_backend_bytes > 0 && var.etcd.quota_backend_bytes <= 8 * 1024 * 1024 * 1024
    error_message = "The quota of etcd is above 0 and at most 8 GiB."
  }

  validation {
    condition     = alltrue([for d in [var.etcd.backup.interval, var.etcd.backup.retention] : can(regex("^([0-9]+h)?([0-9]+m)?([0-9]+s)?$", d)) && d != ""])
    error_message = "A duration is written as 2h30m."
  }
}

variable "node_groups" {
  description = "Node groups by name. Counts are totals over the group's zones where they are not by zone."
  type = map(object({
    # Machine, by the name that the spec gives it.
    machine_type = string
    # amd64 or arm64.
    architecture = string
    # Operating system.
    image = string
    # Planned number of nodes in each zone.
    nodes_by_zone = map(number)
    # Nodes at least and at most, an update's extra nodes not counted: for an autoscaler.
    min_nodes = number
    max_nodes = number
    # Node labels. scantling.dev/group is the group's name, which pods select.
    labels = map(string)
    # Taints; effect is NoSchedule, PreferNoSchedule or NoExecute.
    taints = list(object({
      key    = string
      value  = string
      effect = string
    }))
    # Of the kubelet's configuration: maxPods, kubeReserved, systemReserved and
    # evictionHard, in quantities of Kubernetes. What is null is the kubelet's own.
    kubelet = object({
      max_pods        = number
      kube_reserved   = optional(map(string))
      system_reserved = optional(map(string))
      eviction_hard   = optional(map(string))
    })
    # How nodes are replaced: surge, minimal or in_place, and how many nodes more and
    # fewer there are meanwhile.
    update = object({
      strategy        = string
      max_surge       = number
      max_unavailable = number
    })
  }))
  nullable = false

  validation {
    condition = alltrue([
      for g in var.node_groups : g.min_nodes <= sum(concat([0], values(g.nodes_by_zone))) && sum(concat([0], values(g.nodes_by_zone))) <= g.max_nodes
    ])
    error_message = "The nodes of a group's zones add up to a number between min_nodes and max_nodes."
  }

  validation {
    condition = alltrue(flatten([
      for g in var.node_groups : [for n in concat(values(g.nodes_by_zone), [g.min_nodes, g.max_nodes, g.update.max_surge, g.update.max_unavailable]) : n >= 0 && floor(n) == n]
    ]))
    error_message = "A number of nodes is a whole number, 0 or more."
  }

  validation {
    condition     = alltrue([for g in var.node_groups : contains(["amd64", "arm64"], g.architecture)])
    error_message = "An architecture is amd64 or arm64."
  }

  validation {
    condition = alltrue(flatten([
      for g in var.node_groups : [for t in g.taints : contains(["NoSchedule", "PreferNoSchedule", "NoExecute"], t.effect)]
    ]))
    error_message = "The effect of a taint is NoSchedule, PreferNoSchedule or NoExecute."
  }

  validation {
    condition = alltrue(flatten([
      for g in var.node_groups : [
        for settings in [g.kubelet.kube_reserved, g.kubelet.system_reserved, g.kubelet.eviction_hard] : [
          for q in values(coalesce(settings, {})) : can(regex("^[0-9]+(m|Ki|Mi|Gi|%)?$", q))
        ]
      ]
    ]))
    error_message = "What the kubelet reserves is a quantity of Kubernetes (100m, 1536Mi), what it evicts at may be a share."
  }

  validation {
    condition = alltrue([
      for g in var.node_groups : g.update.strategy == "surge" ? g.update.max_surge + g.update.max_unavailable >= 1 : (
        contains(["minimal", "in_place"], g.update.strategy) && g.update.max_surge == 0 && g.update.max_unavailable >= 1
      )
    ])
    error_message = "Nodes are replaced by surge, by minimal or in_place, one at least at a time, and only a surge has nodes more."
  }
}
