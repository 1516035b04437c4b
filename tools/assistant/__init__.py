"""What an assistant needs besides a model: results cut short, claims held against them, a menu by rules."""
