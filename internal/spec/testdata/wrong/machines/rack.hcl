zones = ["room-1", "room-2", "room-3"]

machine "r640" {
  cpu    = 32
  memory = "256Gi"
  disk { size = "960Gi" }
}
