"""Chromium without a window, driven over its debugging pipe; standard library only."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    """with Browser() as page: page.open(path); page.evaluate("1 + 1")"""

    def __init__(self, width=1280, height=900, seconds=300, options=()):
        self.options, self.size, self.seconds, self.next, self.errors = list(options), (width, height), seconds, 0, []

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        (theirs_in, self.out), (self.input, theirs_out) = os.pipe(), os.pipe()

        def at_3_and_4():
            first, second = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(first, 3)
            os.dup2(second, 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--disable-dev-shm-usage",
             "--no-first-run", "--hide-scrollbars", f"--user-data-dir={self.profile}", *self.options, "about:blank"],
            preexec_fn=at_3_and_4, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.buffer = b""
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")
        self.resize(*self.size)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self, until):
        while b"\0" not in self.buffer:
            if not select.select([self.input], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            got = os.read(self.input, 1 << 20)
            if not got:
                raise RuntimeError("Chromium has ended")
            self.buffer += got
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.errors.append(" ".join(str(x.get("value", x.get("description"))) for x in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(params["entry"]["text"])
        return message

    def call(self, method, **params):
        self.next += 1
        request = {"id": self.next, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.out, json.dumps(request).encode() + b"\0")
        until = time.monotonic() + self.seconds
        while True:
            message = self.message(until)
            if message.get("id") == self.next:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]

    def resize(self, width, height, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def media(self, scheme="light", medium="screen"):
        self.call("Emulation.setEmulatedMedia", media=medium, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, path, fragment=""):
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url="file://" + os.path.abspath(path) + fragment)
        until = time.monotonic() + self.seconds
        while not self.evaluate("location.protocol === 'file:' && document.readyState === 'complete'"):
            if time.monotonic() > until:
                raise TimeoutError(f"{path} does not load")
            time.sleep(0.02)

    def evaluate(self, expression):
        """The value of a JavaScript expression; of a promise, when it is settled. Throws RuntimeError as the script does."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def wait(self, condition):
        """Until a JavaScript expression is true."""
        self.evaluate(f"new Promise((done) => {{ const look = () => ({condition}) ? done(true) : setTimeout(look, 20); look(); }})")

    def downloads(self, buttons):
        """The contents of the files that these buttons offer, a JavaScript expression for a list of them."""
        return self.evaluate(f"""(async () => {{
            const blobs = [], made = URL.createObjectURL;
            URL.createObjectURL = (blob) => {{ blobs.push(blob); return made.call(URL, blob); }};
            for (const button of {buttons}) button.click();
            URL.createObjectURL = made;
            return Promise.all(blobs.map((blob) => blob.text()));
        }})()""")

    def csv_of(self, view):
        """The CSV that a view offers: "time"."""
        return self.downloads(f"[...document.querySelectorAll('#{view} .downloads button')].filter((b) => b.textContent === 'CSV')")[0]

    def key(self, key, code=None, modifiers=0):
        common = dict(key=key, code=code or key, modifiers=modifiers,
                      windowsVirtualKeyCode={"Enter": 13, " ": 32, "Tab": 9, "ArrowRight": 39, "ArrowLeft": 37}.get(key, 0))
        text = {"Enter": "\r", " ": " "}.get(key)
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def screenshot(self, path, full=True):
        if full:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            answer = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                               clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1})
        else:
            answer = self.call("Page.captureScreenshot")
        with open(path, "wb") as file:
            file.write(base64.b64decode(answer["data"]))

    def pdf(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"]))
