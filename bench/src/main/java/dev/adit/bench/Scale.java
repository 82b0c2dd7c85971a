package dev.adit.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.host.control.ControlClient;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.VfioUserClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Two servers in processes of their own, one with a single virtual device and one with thousands:
 * how fast devices are made through the control socket, what they cost, and what a neighbourhood of
 * thousands does to a register read. Run by {@code bench/scale}.
 */
public final class Scale {
  private static final int A_FUNCTION = 1000;
  private static final int BAR = 0;
  private static final int ROUNDS = 20;
  private static final int READS = 5000;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path adit;
  private final Path folder;
  private final EventLoops loops;
  private final List<Process> servers = new ArrayList<>();

  private Scale(Path adit, Path folder, EventLoops loops) {
    this.adit = adit;
    this.folder = folder;
    this.loops = loops;
  }

  /** Arguments: the launcher, how many devices, seconds of idleness that are measured. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int devices = Integer.parseInt(args[1]);
    int seconds = Integer.parseInt(args[2]);
    Path folder = Files.createTempDirectory("scale");
    try (EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK)) {
      Scale scale = new Scale(Path.of(args[0]), folder, loops);
      try {
        scale.run(devices, seconds);
      } finally {
        scale.stop();
      }
    } finally {
      delete(folder);
    }
  }

  private void run(int devices, int seconds) throws IOException, InterruptedException {
    System.out.println("| what | measured | goal |");
    System.out.println("| --- | --- | --- |");
    serve("one", 1);
    Process many = serve("many", devices);
    make("one", 0, 1);
    long empty = residentKiB(many);
    make("many", 0, devices);
    long full = residentKiB(many);
    row(
        "resident memory",
        "%d MiB (%d MiB before)".formatted(full >> 10, empty >> 10),
        "< 1536 MiB");
    idle(many, seconds);
    try (VfioUserClient single = connect("one", 0);
        VfioUserClient one = connect("many", devices / 2)) {
      compare("read of a register, p50, one client", single, List.of(one));
    }
    List<VfioUserClient> clients = new ArrayList<>();
    try (VfioUserClient single = connect("one", 0)) {
      for (int i = 0; i < devices; i++) {
        clients.add(connect("many", i));
      }
      compare("the same, a client on each, in turn", single, clients);
      row("resident memory, a client on each", (residentKiB(many) >> 10) + " MiB", "");
      idle(many, seconds);
    } finally {
      clients.forEach(VfioUserClient::close);
    }
    restart(many, devices);
  }

  private static void row(String what, String measured, String goal) {
    System.out.printf("| %s | %s | %s |%n", what, measured, goal);
  }

  private static String rate(int count, double seconds) {
    return "%.0f/s".formatted(count / seconds);
  }

  private Process serve(String name, int devices) throws IOException {
    Path home = Files.createDirectory(folder.resolve(name));
    StringBuilder config = new StringBuilder("state: state\nsockets: run\nfunctions:\n");
    for (int function = 0; function <= (devices - 1) / A_FUNCTION; function++) {
      config.append("  - {name: dsa").append(function);
      config.append(", ims-entries: 1280, engines: 2, shared: 8}\n");
    }
    Files.writeString(home.resolve("adit.yaml"), config);
    return launch(home);
  }

  private Process launch(Path home) throws IOException {
    Process server =
        new ProcessBuilder(adit.toString(), "serve", home.resolve("adit.yaml").toString())
            .inheritIO()
            .start();
    servers.add(server);
    while (!Files.exists(home.resolve("run/control.sock"))) {
      if (!server.isAlive()) {
        throw new IOException("the server has ended");
      }
      LockSupport.parkNanos(10_000_000);
    }
    return server;
  }

  private ControlClient control(String name) {
    return ControlClient.connect(folder.resolve(name).resolve("run/control.sock"));
  }

  /** Defines and starts devices over one connection, as a program that manages them does. */
  private void make(String server, int from, int to) {
    try (ControlClient client = control(server)) {
      long start = System.nanoTime();
      for (int i = from; i < to; i++) {
        Map<String, Object> definition =
            Map.of(
                "parent",
                "dsa" + i / A_FUNCTION,
                "mdev_type",
                "1swq",
                "start",
                "auto",
                "attrs",
                Map.of("name", "v" + i));
        client.request("vdev.define", Map.of("definition", definition));
      }
      double defined = (System.nanoTime() - start) / 1e9;
      start = System.nanoTime();
      for (int i = from; i < to; i++) {
        client.request("vdev.start", Map.of("device", "v" + i));
      }
      double started = (System.nanoTime() - start) / 1e9;
      if (to > 1) {
        row("define, " + to + " devices", rate(to - from, defined), "");
        row("start, " + to + " devices", rate(to - from, started), ">= 200/s");
        row("both", rate(to - from, defined + started), ">= 200/s");
      }
    }
  }

  private void restart(Process many, int devices) throws IOException, InterruptedException {
    many.destroy();
    many.waitFor();
    long start = System.nanoTime();
    launch(folder.resolve("many"));
    double seconds = (System.nanoTime() - start) / 1e9;
    row("restart with " + devices + " devices", "%.1f s".formatted(seconds), "");
  }

  private VfioUserClient connect(String server, int device) {
    Path socket = folder.resolve(server).resolve("run/v" + device + ".sock");
    return VfioUserClient.connect(loops, socket, PATIENCE);
  }

  /** In turn, so that what else the machine does meets both alike. */
  private static void compare(String what, VfioUserClient single, List<VfioUserClient> many) {
    double[] one = new double[ROUNDS];
    double[] other = new double[ROUNDS];
    for (int round = -2; round < ROUNDS; round++) {
      double first = median(List.of(single));
      double second = median(many);
      if (round >= 0) {
        one[round] = first;
        other[round] = second;
      }
    }
    Arrays.sort(one);
    Arrays.sort(other);
    double a = one[ROUNDS / 2];
    double b = other[ROUNDS / 2];
    row(
        what,
        "%.1f us, of a single device %.1f us: %.2f".formatted(b / 1e3, a / 1e3, b / a),
        "<= 1.3");
  }

  private static double median(List<VfioUserClient> clients) {
    long[] nanos = new long[READS];
    for (int i = 0; i < READS; i++) {
      VfioUserClient client = clients.get(i % clients.size());
      long start = System.nanoTime();
      long _ = client.read(BAR, 0, 4);
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos[READS / 2];
  }

  private static void idle(Process process, int seconds) throws IOException, InterruptedException {
    Thread.sleep(2000);
    long before = processorTicks(process);
    Thread.sleep(seconds * 1000L);
    double used = (processorTicks(process) - before) / 100.0;
    row(
        "idle, " + seconds + " s",
        "%.2f %% of a processor".formatted(used / seconds * 100),
        "< 1 %");
  }

  /** User and system time, in hundredths of a second: fields 14 and 15 of proc(5)'s stat. */
  private static long processorTicks(Process process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static long residentKiB(Process process) throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    try (Stream<String> lines = Files.lines(status, UTF_8)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  private void stop() throws InterruptedException {
    for (Process server : servers) {
      server.destroy();
    }
    for (Process server : servers) {
      server.waitFor();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
  }
}
