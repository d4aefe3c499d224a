# Headers made at build time: shaders as string constants, icons as code points.
