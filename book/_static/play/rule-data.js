// Written by tools/play.py.
play.store("rule", {
  "X": {"kind": "float32", "scale": 1, "bytes": "AACAPwAAAAAAAAAAAACAPwAAgD8AAIA/"},
  "W1": {"kind": "float32", "scale": 1, "bytes": "zcxMP5qZGb8AAAC/ZmZmPw=="},
  "b1": {"kind": "float32", "scale": 1, "bytes": "mpmZPs3MTD4="},
  "W2": {"kind": "float32", "scale": 1, "bytes": "MzMzP83MzL6amZm+mpkZPw=="},
  "b2": {"kind": "float32", "scale": 1, "bytes": "zczMPc3MTD4="},
});
