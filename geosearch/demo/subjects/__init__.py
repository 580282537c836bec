"""What pictures show: things, their arrangements, the land about them, and what is true of them."""
