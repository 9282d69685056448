# Inputs of terraform-google-modules/kubernetes-engine/google,
# version = "~> 44.2".
# Written by scantling for the cluster "shop" in europe-west1.
# Change the spec and write them again.

variable "kubernetes_version" {
  description = "Kubernetes minor of the control plane: the module's kubernetes_version."
  type        = string
  nullable    = false
}

variable "release_channel" {
  description = "Release channel: the module's release_channel. EXTENDED, which GKE charges for once standard support ends, is handed on to the provider although the module does not list it."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["RAPID", "REGULAR", "STABLE", "EXTENDED"], var.release_channel)
    error_message = "A release channel is RAPID, REGULAR, STABLE or EXTENDED: without one GKE does not keep node pools at the planned minor."
  }
}

variable "regional" {
  description = "Whether the control plane stands in three zones instead of one: the module's regional. A change destroys the cluster."
  type        = bool
  nullable    = false
}

variable "region" {
  description = "Region of the cluster: the module's region."
  type        = string
  nullable    = false
}

variable "zones" {
  description = "Zones of the cluster: the module's zones. A zonal control plane stands in the first."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.zones) >= 1
    error_message = "A cluster has at least one zone."
  }
}

variable "datapath_provider" {
  description = "ADVANCED_DATAPATH is Dataplane V2, DATAPATH_PROVIDER_UNSPECIFIED is kube-proxy: the module's datapath_provider."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["ADVANCED_DATAPATH", "DATAPATH_PROVIDER_UNSPECIFIED"], var.datapath_provider)
    error_message = "A datapath provider is ADVANCED_DATAPATH or DATAPATH_PROVIDER_UNSPECIFIED."
  }
}

variable "default_max_pods_per_node" {
  description = "Pods of a node at most, where its pool says nothing else: the module's default_max_pods_per_node. It decides the range of addresses that each node takes."
  type        = number
  nullable    = false
}

variable "dns_cache" {
  description = "Whether each node runs NodeLocal DNSCache, as the plan counts it: the module's dns_cache."
  type        = bool
  nullable    = false
}

variable "remove_default_node_pool" {
  description = "Whether the pool that GKE makes with each cluster is removed: the module's remove_default_node_pool. The plan does not count it."
  type        = bool
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to destroy the cluster: the module's deletion_protection."
  type        = bool
  nullable    = false
}

variable "timeouts" {
  description = "How long Terraform waits for the cluster and for each node pool: the module's timeouts. An update covers those of all pools, one after another."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.timeouts) : contains(["create", "update", "delete"], key)])
    error_message = "Timeouts are of create, update and delete."
  }
}

variable "node_pools_labels" {
  description = "Node labels by node pool: the module's node_pools_labels. scantling.dev/group is the group's name, which pods select."
  type        = map(map(string))
  nullable    = false
}

variable "node_pools_taints" {
  description = "Taints by node pool: the module's node_pools_taints. The effect is NO_SCHEDULE, PREFER_NO_SCHEDULE or NO_EXECUTE."
  type        = map(list(object({ key = string, value = string, effect = string })))
  nullable    = false

  validation {
    condition = alltrue(flatten([
      for taints in values(var.node_pools_taints) : [
        for t in taints : contains(["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"], t.effect)
      ]
    ]))
    error_message = "The effect of a taint is NO_SCHEDULE, PREFER_NO_SCHEDULE or NO_EXECUTE."
  }
}

# The module declares list(map(any)): one type for all values of a map, which
# numbers and words share only as strings, so that lists and objects fail. And it
# looks whether some keys are there (total_min_count, even null, undoes min_count),
# so that an object type, which fills what is missing with null, would not do.
variable "node_groups" {
  description = "Node pools: the module's node_pools. Counts are of nodes in each zone, sizes in GiB, throughput in MiB/s, node_locations a list with commas."
  type        = list(map(string))
  nullable    = false

  validation {
    condition = alltrue(flatten([
      for p in var.node_groups : [
        for key in keys(p) : contains([
          "name", "machine_type", "image_type", "node_locations", "spot", "max_pods_per_node",
          "accelerator_type", "accelerator_count",
          "disk_type", "disk_size_gb", "provisioned_iops", "provisioned_throughput",
          "autoscaling", "min_count", "max_count", "initial_node_count", "node_count",
          "auto_repair", "auto_upgrade", "strategy", "max_surge", "max_unavailable",
          "batch_node_count", "batch_soak_duration", "node_pool_soak_duration",
        ], key)
      ]
    ]))
    error_message = "A node pool has a key that is not written here: put other keys of the module in where it is called."
  }

  validation {
    condition = alltrue(flatten([
      for p in var.node_groups : [
        for key in [
          "max_pods_per_node", "disk_size_gb", "provisioned_iops", "provisioned_throughput", "min_count", "max_count",
          "initial_node_count", "node_count", "max_surge", "max_unavailable", "batch_node_count", "accelerator_count",
        ] : can(regex("^[0-9]+$", p[key])) if contains(keys(p), key)
      ]
    ]))
    error_message = "A count, size, iops or throughput of a node pool is no whole number."
  }

  validation {
    condition = alltrue(flatten([
      for p in var.node_groups : [
        for key in ["spot", "autoscaling", "auto_repair", "auto_upgrade"] : contains(["true", "false"], try(p[key], "missing"))
      ]
    ]))
    error_message = "Each node pool says true or false to spot, autoscaling, auto_repair and auto_upgrade."
  }

  validation {
    condition = alltrue(flatten([
      for p in var.node_groups : [
        for key in ["name", "machine_type", "image_type", "node_locations", "disk_type"] : try(length(p[key]) > 0, false)
      ]
    ]))
    error_message = "Each node pool has a name, machine_type, image_type, node_locations and disk_type."
  }

  validation {
    condition     = length(distinct([for p in var.node_groups : try(p.name, "")])) == length(var.node_groups)
    error_message = "The names of node pools are unique."
  }

  validation {
    condition = alltrue([
      for p in var.node_groups : try(p.autoscaling, "") == "true" ? (
        try(tonumber(p.min_count) <= tonumber(p.initial_node_count) && tonumber(p.initial_node_count) <= tonumber(p.max_count), false) && !contains(keys(p), "node_count")
        ) : (
        contains(keys(p), "node_count") && length(setintersection(keys(p), ["min_count", "max_count", "initial_node_count"])) == 0
      )
    ])
    error_message = "A node pool has min_count <= initial_node_count <= max_count with autoscaling, and node_count alone without."
  }

  validation {
    condition = alltrue([
      for p in var.node_groups : try(p.strategy, "") == "BLUE_GREEN" ? (
        try(tonumber(p.batch_node_count) >= 1, false) && length(setintersection(keys(p), ["max_surge", "max_unavailable"])) == 0
        ) : (
        try(p.strategy == "SURGE" && tonumber(p.max_surge) + tonumber(p.max_unavailable) >= 1, false) && !contains(keys(p), "batch_node_count")
      )
    ])
    error_message = "A node pool has strategy SURGE with max_surge and max_unavailable, not both 0, or BLUE_GREEN with batch_node_count."
  }
}

# What the plan does not know: give these in a file of your own, such as terraform.tfvars.

variable "project_id" {
  description = "Project of the cluster."
  type        = string
  nullable    = false
}

variable "cluster_name" {
  description = "Name of the GKE cluster."
  type        = string
  default     = "shop"
  nullable    = false
}

variable "network" {
  description = "VPC network of the cluster."
  type        = string
  nullable    = false
}

variable "subnetwork" {
  description = "Subnetwork in the cluster's region."
  type        = string
  nullable    = false
}

variable "ip_range_pods" {
  description = "Name of the secondary range for pods: with 110 pods a node, a /24 of it for each node."
  type        = string
  nullable    = false
}

variable "ip_range_services" {
  description = "Name of the secondary range for services."
  type        = string
  nullable    = false
}

variable "node_service_account" {
  description = "Service account that nodes run as; null lets the module make one."
  type        = string
  default     = null
}
