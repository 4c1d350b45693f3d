// Written by tools/play.py.
play.store("line", {
  "cloud": {"kind": "float32", "scale": 1, "bytes": "cOubP3rZmz76ontA6Bc3QK2gy70w7BO/7iSUP67+6z7+Jwa+C/Hkvo8P6j99mO0/FyMQQKEMwT8qRha/VHbvPk1WSL/Y7cu+7sPrPzh9qT6WR64/Py3PPRtCIUAnFak/UkqOQKyA2D8F4BBAdeUjP+c5aED2yWU/VZ6/Py4OQT9mHki+oGj8vPud9j/pgsk/v2NhQDKywz/cGIU/K3McPi7vLEBKvQNApgqjP25Jmz0tuJM/DfHOOZEU3j+0Bzg/bymZQJN8MUAFFr8/YABoP9sBZD8zmX+9dHTkP9lFqT8efMS9ggeSPm+/vz9zujo/zbQ4QB/2BEBnclNAWYMFQD+i8D8qy40/4/K4PjOgBz+lWrE/fW5+vlaKlUBP2jpAJQqFvQTkGz84MqE/+tyNP1SmgT+0W9U9VZ7SPmQ5sb8="},
});
