"""How the people are made from MakeHuman's data; run by tools/bake_people.py."""
