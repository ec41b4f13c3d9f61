"""The edge to Neo: reads its usage API and gives priced records."""
