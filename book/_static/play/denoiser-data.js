// Written by tools/play.py.
play.store("denoiser", {
  "means": {"kind": "float32", "scale": 1, "bytes": "r6RSv+chdj54wHS/7oxAvUk0e79G4Me+8gZhv2JfP78ucyW/3hOJvzFMmL7pJai/9T0MPgLGt7+0CB0/e1+0v7lBij/sZ5y/IM29P65GYb9Uq+I/z5jQvhiY8z+MVB8+PiftP1ypQT9WNs4/p/GqP9IimD+SdOo/rn0dPw8cDED/UX+9CkAXQHjVSL9ezRRAeAG+v/ooBEBoBQbAaCDMP3xCI8CDSnI//3QzwNe1Lj78bDTAdQsrv75KJcC3kb+/"},
});
