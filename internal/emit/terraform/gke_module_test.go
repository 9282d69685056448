package terraform_test

// gkeInputs are inputs of terraform-google-modules/kubernetes-engine/google v44.2
// and their type constraints, as its variables.tf has them: those that a caller of
// ours sets, and some that are easily mistaken. It is the independent side of the
// tests here: nothing of it comes from the package.
const gkeInputs = `
variable "project_id" {
  type = string
}
variable "name" {
  type = string
}
variable "network" {
  type = string
}
variable "subnetwork" {
  type = string
}
variable "ip_range_pods" {
  type = string
}
variable "ip_range_services" {
  type    = string
  default = null
}
variable "regional" {
  type    = bool
  default = true
}
variable "region" {
  type    = string
  default = null
}
variable "zones" {
  type    = list(string)
  default = []
}
variable "kubernetes_version" {
  type    = string
  default = "latest"
}
variable "release_channel" {
  type    = string
  default = "REGULAR"
}
variable "datapath_provider" {
  type    = string
  default = "DATAPATH_PROVIDER_UNSPECIFIED"
}
variable "default_max_pods_per_node" {
  type    = number
  default = 110
}
variable "dns_cache" {
  type    = bool
  default = false
}
variable "initial_node_count" {
  type    = number
  default = 0
}
variable "remove_default_node_pool" {
  type    = bool
  default = false
}
variable "deletion_protection" {
  type    = bool
  default = true
}
variable "node_pools" {
  type    = list(map(any))
  default = [{ name = "default-node-pool" }]
}
variable "node_pools_labels" {
  type    = map(map(string))
  default = { all = {}, default-node-pool = {} }
}
variable "node_pools_taints" {
  type    = map(list(object({ key = string, value = string, effect = string })))
  default = { all = [], default-node-pool = [] }
}
variable "timeouts" {
  type    = map(string)
  default = {}
  validation {
    condition     = length(setsubtract(keys(var.timeouts), ["create", "update", "delete"])) == 0
    error_message = "Only create, update, delete timeouts can be specified."
  }
}
`

// poolKeys are keys that the module reads of an element of node_pools, and what it
// takes them for, as its README lists them. total_min_count, total_max_count,
// batch_percentage and version are left out on purpose: they exclude others that
// are written.
func poolKeys() map[string]string {
	return map[string]string{
		"name": "string", "machine_type": "string", "image_type": "string", "node_locations": "string",
		"disk_type": "string", "strategy": "string", "batch_soak_duration": "string", "node_pool_soak_duration": "string",
		"location_policy": "string", "accelerator_type": "string", "min_cpu_platform": "string",
		"spot": "bool", "preemptible": "bool", "autoscaling": "bool", "auto_repair": "bool", "auto_upgrade": "bool",
		"min_count": "number", "max_count": "number", "initial_node_count": "number", "node_count": "number",
		"disk_size_gb": "number", "provisioned_iops": "number", "provisioned_throughput": "number",
		"max_pods_per_node": "number", "max_surge": "number", "max_unavailable": "number", "batch_node_count": "number",
		"local_ssd_count": "number", "accelerator_count": "number",
	}
}

// gkeResults are outputs of the module that a root hands on.
const gkeResults = `
output "name" {
  value = var.name
}
output "location" {
  value = var.regional ? var.region : var.zones[0]
}
output "endpoint" {
  value     = "192.0.2.1"
  sensitive = true
}
output "ca_certificate" {
  value     = "Y2E="
  sensitive = true
}
output "service_account" {
  value = "nodes@example.com"
}
`
