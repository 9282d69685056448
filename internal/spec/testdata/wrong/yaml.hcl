apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 3
