"""The figures of `mini`: what its model card tells, and what its weights are chosen by."""
