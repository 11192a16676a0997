"use strict";
(function () {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const data = (id) => { const e = document.getElementById(id); return e ? JSON.parse(e.textContent) : null; };
  const make = (tag, parent, text) => { const e = document.createElement(tag); if (text) e.textContent = text; parent.appendChild(e); return e; };

  // ---- vectors -------------------------------------------------------------------------------------------------
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const scaled = (a, s) => a.map((c) => c * s);
  const plus = (a, b) => a.map((c, i) => c + b[i]);
  const unit = (a) => scaled(a, 1 / Math.hypot(...a));
  const turned = (v, axis, angle) => {
    const c = Math.cos(angle), s = Math.sin(angle);
    return plus(plus(scaled(v, c), scaled(cross(axis, v), s)), scaled(axis, dot(axis, v) * (1 - c)));
  };

  const VERTEX = `attribute vec3 place, normal; uniform vec3 right, up, eye, focus; uniform vec2 scale; varying vec3 n;
    void main() { vec3 d = place - focus; n = vec3(dot(normal, right), dot(normal, up), dot(normal, eye));
      gl_Position = vec4(dot(d, right) * scale.x, dot(d, up) * scale.y, -dot(d, eye) / 2000.0, 1.0); }`;
  const PIXEL = `precision mediump float; uniform vec4 colour; varying vec3 n;
    void main() { vec3 m = normalize(n); if (!gl_FrontFacing) m = -m;
      float light = 0.28 + 0.62 * max(dot(m, normalize(vec3(-0.25, 0.4, 0.9))), 0.0) + 0.14 * max(dot(m, vec3(0.8, -0.2, 0.3)), 0.0);
      gl_FragColor = vec4(colour.rgb * light * colour.a, colour.a); }`;

  function scene(box, said) {
    const canvas = box.querySelector("canvas"), bar = document.getElementById("layers"), views = document.getElementById("views");
    const gl = canvas.getContext("webgl", { antialias: true, preserveDrawingBuffer: true });
    if (!gl) { box.style.height = "auto"; box.textContent = "This browser shows no WebGL: the pictures in this report show the same from six sides."; return; }
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, PIXEL]]) {
      const shader = gl.createShader(kind); gl.shaderSource(shader, text); gl.compileShader(shader); gl.attachShader(program, shader);
    }
    gl.linkProgram(program); gl.useProgram(program); gl.getExtension("OES_element_index_uint");
    const at = (name) => gl.getUniformLocation(program, name);
    const middle = said.lower.map((c, i) => (c + said.upper[i]) / 2);
    const half = Math.hypot(...said.lower.map((c, i) => said.upper[i] - c)) / 2;
    const layers = said.layers.map((layer) => buffered(gl, layer, said));
    let eye, up, focus, zoom, waiting = false;

    const letters = [["L", [1, 0, 0]], ["R", [-1, 0, 0]], ["A", [0, -1, 0]], ["P", [0, 1, 0]], ["H", [0, 0, 1]], ["F", [0, 0, -1]]]
      .map(([text, way]) => { const e = make("span", box, text); e.className = "letter"; return [e, way]; });
    const view = (name) => { [eye, up] = said.views[name].map(unit); focus = middle; zoom = 1; draw(); };

    function draw() { if (!waiting) { waiting = true; requestAnimationFrame(paint); } }
    function paint() {
      waiting = false;
      const w = canvas.clientWidth, h = canvas.clientHeight, fine = window.devicePixelRatio || 1;
      if (!w || !h) return;
      canvas.width = Math.round(w * fine); canvas.height = Math.round(h * fine);
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0.965, 0.973, 0.98, 1); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT); gl.enable(gl.DEPTH_TEST);
      const right = unit(cross(up, eye)), top = cross(eye, right), s = zoom / (half * 0.72);
      const scale = [s * Math.min(1, h / w), s * Math.min(1, w / h)];
      gl.uniform3fv(at("right"), right); gl.uniform3fv(at("up"), top); gl.uniform3fv(at("eye"), eye);
      gl.uniform3fv(at("focus"), focus); gl.uniform2fv(at("scale"), scale);
      for (const clear of [false, true]) {
        if (clear) { gl.enable(gl.BLEND); gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA); gl.depthMask(false); } else { gl.disable(gl.BLEND); gl.depthMask(true); }
        for (const layer of layers) if (layer.shown && (layer.opacity < 1) === clear) {
          if (clear) { gl.colorMask(false, false, false, false); gl.depthMask(true); show(layer); gl.colorMask(true, true, true, true); gl.depthMask(false); gl.depthFunc(gl.LEQUAL); }
          show(layer);
        }
      }
      gl.depthMask(true);
      for (const [e, way] of letters) {
        const d = plus(plus(middle, scaled(way, half * 0.78)), scaled(focus, -1)), x = dot(d, right) * scale[0], y = dot(d, top) * scale[1];
        e.style.left = Math.min(97, Math.max(3, 50 + 50 * x)) + "%"; e.style.top = Math.min(96, Math.max(6, 50 - 50 * y)) + "%";
        e.style.opacity = Math.abs(dot(way, eye)) > 0.93 ? 0 : 1;
      }
    }
    function show(layer) {
      for (const [name, buffer] of [["place", layer.places], ["normal", layer.normals]]) {
        const slot = gl.getAttribLocation(program, name);
        gl.bindBuffer(gl.ARRAY_BUFFER, buffer); gl.enableVertexAttribArray(slot); gl.vertexAttribPointer(slot, 3, gl.FLOAT, false, 0, 0);
      }
      gl.uniform4fv(at("colour"), [...layer.rgb, layer.opacity]);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, layer.faces); gl.drawElements(gl.TRIANGLES, layer.count, gl.UNSIGNED_INT, 0);
    }

    for (const layer of layers) {
      const label = make("label", bar), tick = make("input", label), patch = make("i", label);
      tick.type = "checkbox"; tick.checked = layer.shown; tick.dataset.layer = layer.name; patch.style.background = layer.colour; make("span", label, layer.name);
      tick.onchange = () => { layer.shown = tick.checked; draw(); };
    }
    for (const name of Object.keys(said.views)) make("button", views, name).onclick = () => view(name);
    let held = null;
    canvas.onpointerdown = (e) => { held = [e.clientX, e.clientY]; canvas.setPointerCapture(e.pointerId); };
    canvas.onpointerup = canvas.onpointercancel = () => { held = null; };
    canvas.onpointermove = (e) => {
      if (!held) return;
      const dx = e.clientX - held[0], dy = e.clientY - held[1], right = unit(cross(up, eye));
      held = [e.clientX, e.clientY];
      if (e.shiftKey || e.buttons === 2) {
        const mm = (half * 1.44) / zoom / Math.min(canvas.clientWidth, canvas.clientHeight);
        focus = plus(plus(focus, scaled(right, -dx * mm)), scaled(cross(eye, right), dy * mm));
      } else {
        eye = unit(turned(eye, up, -dx * 0.008)); const side = unit(cross(up, eye));
        eye = unit(turned(eye, side, -dy * 0.008)); up = unit(cross(eye, side));
      }
      draw();
    };
    canvas.oncontextmenu = (e) => e.preventDefault();
    canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom = Math.min(20, Math.max(0.4, zoom * Math.exp(-e.deltaY * 0.001))); draw(); }, { passive: false });
    window.addEventListener("resize", draw);
    view("anterior");
  }

  function buffered(gl, layer, said) {
    const steps = new Uint16Array(bytes(layer.vertices).buffer), faces = new Uint32Array(bytes(layer.faces).buffer);
    const places = new Float32Array(steps.length), normals = new Float32Array(steps.length);
    for (let i = 0; i < steps.length; i++) places[i] = said.lower[i % 3] + steps[i] * said.step;
    for (let f = 0; f < faces.length; f += 3) {
      const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]];
      const u = [0, 1, 2].map((k) => places[b + k] - places[a + k]), v = [0, 1, 2].map((k) => places[c + k] - places[a + k]);
      const n = cross(u, v);
      for (const at of [a, b, c]) for (let k = 0; k < 3; k++) normals[at + k] += n[k];
    }
    const buffer = (kind, array) => { const made = gl.createBuffer(); gl.bindBuffer(kind, made); gl.bufferData(kind, array, gl.STATIC_DRAW); return made; };
    const rgb = [1, 3, 5].map((k) => parseInt(layer.colour.slice(k, k + 2), 16) / 255);
    return { name: layer.name, colour: layer.colour, rgb, opacity: layer.opacity, shown: layer.shown, count: faces.length,
      places: buffer(gl.ARRAY_BUFFER, places), normals: buffer(gl.ARRAY_BUFFER, normals), faces: buffer(gl.ELEMENT_ARRAY_BUFFER, faces) };
  }

  function stack(said) {
    const slider = document.getElementById("slice"), grey = document.getElementById("grey"), lines = document.getElementById("lines");
    const reduced = document.getElementById("reduced"), drawn = document.getElementById("drawn"), height = document.getElementById("height");
    slider.max = said.slices.length - 1; slider.value = Math.floor(said.slices.length / 2);
    const draw = () => {
      const row = said.slices[slider.value];
      grey.src = "data:image/jpeg;base64," + (reduced.checked ? row.mar : row.ct);
      lines.src = "data:image/png;base64," + row.lines; lines.style.visibility = drawn.checked ? "visible" : "hidden";
      height.textContent = "z = " + row.z.toFixed(1) + " mm, slice " + (1 + Number(slider.value)) + " of " + said.slices.length + " from above";
    };
    slider.oninput = reduced.onchange = drawn.onchange = draw;
    document.getElementById("ct").addEventListener("wheel", (e) => { e.preventDefault(); slider.value = Number(slider.value) + Math.sign(e.deltaY); draw(); }, { passive: false });
    draw();
  }

  window.addEventListener("beforeprint", () => { for (const e of document.querySelectorAll("details")) e.open = true; });
  const live = data("scene-data"), slices = data("slice-data");
  if (live) scene(document.getElementById("scene"), live);
  if (slices) stack(slices);
})();
