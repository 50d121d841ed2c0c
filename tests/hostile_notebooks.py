"""Thirty notebooks that leave behind what they should not, or never end: one cell each, by name."""

SEEDS = "import random, numpy as np; random.seed(1); np.random.seed(1); np.seterr(all='raise')"
FIGURES = "import matplotlib.pyplot as plt; plt.rcParams['font.size'] = 40; plt.plot([1])"
PANDAS = (
    "import pandas as pd; pd.Series.mean = lambda self: 99; pd.set_option('display.max_rows', 3)"
)
ENVIRONMENT = (
    "import os, time; os.environ['LEAKED'] = 'x'; os.environ['TZ'] = 'Asia/Tokyo'; time.tzset()"
)
PATH = "import os, sys; sys.path.insert(0, '/leaked'); os.chdir('/'); signal_ = 1"
THREAD = "import threading, time; threading.Thread(target=time.sleep, args=(99,)).start()"
CHILD = "import subprocess; subprocess.Popen(['sleep', '3000'])"
EXIT = "import os; os._exit(3)"
FOREVER = "while True:\n    pass"
# what a kernel may hold is set by whoever asks for it: this asks for more than any machine has
MEMORY = "x = bytearray(1 << 62)"

HOSTILE = {
    "seeds": SEEDS,
    "figures": FIGURES,
    "pandas": PANDAS,
    "environment": ENVIRONMENT,
    "path": PATH,
    "thread": THREAD,
    "child": CHILD,
    "exit": EXIT,
    "forever": FOREVER,
    "memory": MEMORY,
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "error": "1 / 0",
    "deep": "def f():\n    return f()\nf()",
    "style": "import seaborn as sns, matplotlib; sns.set_theme('poster'); matplotlib.use('svg')",
    "sum": "import pandas as pd, numpy as np; pd.DataFrame.sum = np.sum = lambda *a, **k: 0",
    "builtins": "import builtins; builtins.sum = builtins.len = lambda *a: 7",
    "kit": "import kit.metrics.sales, kit.words; kit.words.money = lambda *a, **k: 'free'",
    "ibis": "import ibis; ibis.options.sql.default_limit = 1; ibis.options.interactive = True",
    "locale": "import locale; locale.setlocale(locale.LC_ALL, 'C'); import decimal; "
    "decimal.getcontext().prec = 2",
    "warnings": "import warnings; warnings.simplefilter('error'); warnings.warn = print",
    "signals": "import signal; [signal.signal(s, signal.SIG_IGN) for s in (2, 15)]",
    "stdout": "import os, sys; sys.stdout = sys.stderr = None; os.close(1)",
    "files": "held = [open('/dev/null') for _ in range(500)]",
    "temporary": "import tempfile; tempfile.tempdir = '/nowhere'; tempfile.mkdtemp = None",
    "modules": "import sys; sys.modules['pandas'] = sys.modules['numpy'] = None",
    "limits": "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))",
    "fork": "import os\nif os.fork() == 0:\n    import time; time.sleep(3000)",
    "daemon": "import os, time\nif os.fork() == 0:\n    os.setsid(); time.sleep(3000)",
    "collector": "import gc, sys; gc.disable(); sys.setrecursionlimit(90); "
    "sys.settrace(lambda *a: None)",
    "clock": "import time, datetime; time.time = time.monotonic = lambda: 0.0",
}
