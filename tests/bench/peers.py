# SPDX-License-Identifier: Apache-2.0
"""The servers that are measured: how each is configured, started, found and stopped.

Every one serves the same folder on a free port of 127.0.0.1 with one worker, from a private folder,
in the foreground, and is tuned the way its own manual recommends for small static files.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

SERVER_CORE, CLIENT_CORE = "0", "1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    out = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        if parent == pid:
            out.append(int(entry))
    return out


class Server:
    """One server in a folder of its own. Subclasses write the configuration and the command."""

    name = ""

    def __init__(self, base):
        self.root = tempfile.mkdtemp(prefix=f"bench-{self.name.split()[0].rstrip(',')}-", dir=base)
        os.chmod(self.root, 0o755)
        self.htdocs = os.path.join(self.root, "htdocs")
        for folder in ("htdocs", "conf", "logs", "run", "tmp", "libexec"):
            os.mkdir(os.path.join(self.root, folder))
        with open(os.path.join(self.htdocs, "1k.txt"), "w") as file:
            file.write("k" * 1024)
        self.port = free_port()
        self.process = None
        self.configure()

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def write(self, relative, text):
        with open(self.path(relative), "w") as file:
            file.write(text)

    def configure(self):
        pass

    def command(self):
        raise NotImplementedError

    def start(self, pinned=True):
        command = (["taskset", "-c", SERVER_CORE] if pinned else []) + self.command()
        with open(self.path("logs", "output"), "ab") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if self.ask():
                    return
            except OSError:
                time.sleep(0.005)
        with open(self.path("logs", "output"), errors="replace") as output:
            raise SystemExit(f"{self.name} does not answer:\n{output.read()}")

    def ask(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
            client.sendall(b"GET /1k.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b""
            while b"\r\n\r\n" not in answer and (piece := client.recv(65536)):
                answer += piece
            if not answer.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"{self.name} answers {answer[:200]!r}")
            return True

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def worker(self):
        """The process that serves."""
        below = children(self.process.pid)
        return below[0] if below else self.process.pid

    def remove(self):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)


class Floor(Server):
    name = "floor"

    def __init__(self, base, build):
        self.program = os.path.join(build, "tests", "httpd_floor")
        super().__init__(base)

    def command(self):
        return [self.program, str(self.port)]


class Httpd(Server):
    REAL = ["mime", "dir", "alias", "autoindex", "log_config"]

    def __init__(self, base, build, name="httpd", modules=("mime", "dir"), log=False, index=True):
        self.name, self.build, self.modules, self.log = name, build, list(modules), log
        super().__init__(base)

    @staticmethod
    def module_set(count):
        """`count` modules: the real ones first, then ones that do nothing."""
        pads = [f"pad{number:02}" for number in range(1, 41)]
        return (Httpd.REAL + pads)[:count]

    def configure(self):
        lines = [f'ServerRoot "{self.root}"', f"Listen 127.0.0.1:{self.port}", "Workers 1",
                 "PidFile run/httpd.pid", "ErrorLog logs/error.log", "ServerName localhost",
                 f'DocumentRoot "{self.htdocs}"']
        if os.geteuid() == 0:
            import grp
            user = pwd.getpwnam("nobody")
            lines += ["User nobody", f"Group {grp.getgrgid(user.pw_gid).gr_name}"]
        for module in self.modules:
            file = f"mod_{module}.so"
            source = os.path.join(self.build, "libexec", file)
            if not os.path.exists(source):
                source = os.path.join(self.build, "tests", "modules", file)
            shutil.copy(source, self.path("libexec", file))
            if shutil.which("strip"):  # as every package ships them
                subprocess.run(["strip", "--strip-unneeded", self.path("libexec", file)], check=True)
            lines.append(f"LoadModule {module}_module libexec/{file}")
        if self.log:
            lines.append('CustomLog logs/access.log "%h %l %u %t \\"%r\\" %>s %b"')
        self.write("conf/httpd.conf", "\n".join(lines) + "\n")

    def command(self):
        return [os.path.join(self.build, "bin", "httpd"), "-d", self.root, "-f", "conf/httpd.conf",
                "-F"]

    def worker(self):
        deadline = time.monotonic() + 20  # it answers a moment before the file says so
        while not os.path.exists(self.path("run", "httpd.state")) and time.monotonic() < deadline:
            time.sleep(0.01)
        with open(self.path("run", "httpd.state")) as file:
            return json.load(file)["generations"][-1]["workers"][0]["pid"]

    def make_cold(self):
        shutil.rmtree(self.path("run"), ignore_errors=True)
        os.mkdir(self.path("run"))


class Nginx(Server):
    def __init__(self, base, name="nginx", log=False):
        self.name, self.log = name, log
        super().__init__(base)

    def configure(self):
        log = (f"access_log {self.root}/logs/access.log combined buffer=64k flush=1s;"
               if self.log else "access_log off;")
        temp = " ".join(f"{kind}_temp_path {self.root}/tmp/{kind};"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self.write("conf/nginx.conf", f"""
worker_processes 1; daemon off; pid {self.root}/run/nginx.pid; error_log {self.root}/logs/error.log;
events {{ worker_connections 10000; multi_accept on; }}
http {{
  include /etc/nginx/mime.types; {temp} {log}
  sendfile on; keepalive_requests 1000000000; keepalive_timeout 300s;
  open_file_cache max=1000 inactive=60s; open_file_cache_valid 1s; open_file_cache_min_uses 1;
  server {{ listen 127.0.0.1:{self.port} backlog=4096; server_name localhost;
            root {self.htdocs}; }}
}}
""")

    def command(self):
        return [shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"]),
                "-p", self.root, "-e", self.path("logs/error.log"), "-c",
                self.path("conf/nginx.conf")]


class Lighttpd(Server):
    name = "lighttpd"

    def configure(self):
        self.write("conf/lighttpd.conf", f"""
server.document-root = "{self.htdocs}"
server.bind = "127.0.0.1"
server.port = {self.port}
server.errorlog = "{self.root}/logs/error.log"
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 300
server.max-connections = 8192
server.max-fds = 16384
server.listen-backlog = 4096
mimetype.assign = ( ".txt" => "text/plain", ".html" => "text/html" )
""")

    def command(self):
        return [shutil.which("lighttpd", path="/usr/sbin:" + os.environ["PATH"]), "-D", "-f",
                self.path("conf/lighttpd.conf")]


class H2o(Server):
    name = "h2o"

    def configure(self):
        user = "user: nobody" if os.geteuid() == 0 else ""
        self.write("conf/h2o.conf", f"""
num-threads: 1
max-connections: 8192
{user}
http1-request-timeout: 300
listen: {{ host: 127.0.0.1, port: {self.port} }}
hosts: {{ default: {{ paths: {{ "/": {{ file.dir: "{self.htdocs}" }} }} }} }}
""")

    def command(self):
        return [shutil.which("h2o", path="/usr/sbin:" + os.environ["PATH"]), "-m", "worker", "-c",
                self.path("conf/h2o.conf")]

    def worker(self):
        return self.process.pid  # its child writes backtraces


def installed(program):
    return shutil.which(program, path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"]) is not None
