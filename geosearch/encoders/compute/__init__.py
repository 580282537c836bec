"""Where towers compute: devices, number types, batches."""
