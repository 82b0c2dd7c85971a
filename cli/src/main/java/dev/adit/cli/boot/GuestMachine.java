package dev.adit.cli.boot;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A guest in a QEMU of its own: a kernel, an initial file system put together for this run, the
 * console, and the port on which the guest reports. Gone without a trace when closed.
 */
public final class GuestMachine implements AutoCloseable {
  private static final int CONSOLE_LINES = 40;
  private static final int MAX_LINE = 1 << 16;
  private static final long STOP_SECONDS = 5;

  private final Path folder;
  private final LinkedBlockingQueue<GuestMessage> messages = new LinkedBlockingQueue<>();
  private final Deque<String> console = new ArrayDeque<>();
  private final Consumer<String> watcher;
  private final ServerSocketChannel port;
  private volatile @Nullable Process qemu;
  private volatile @Nullable SocketChannel guest;

  private GuestMachine(Consumer<String> watcher) throws IOException {
    this.watcher = watcher;
    folder = Files.createTempDirectory("adit-");
    port = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
  }

  /**
   * Makes the folder of a guest, in which sockets may be put before it starts.
   *
   * @param watcher is told each line of the console
   */
  public static GuestMachine make(Consumer<String> watcher) throws IOException {
    return new GuestMachine(watcher);
  }

  /** {@return a folder that lives as long as this machine} */
  public Path folder() {
    return folder;
  }

  /**
   * Starts the guest.
   *
   * @param machine arguments that describe the machine and its devices
   * @param kernelParameters more of them
   * @param files what is put into the initial file system, by path
   * @param reboots whether the guest may reboot; otherwise a reboot ends it
   */
  void start(
      GuestFiles guestFiles,
      GuestFiles.Kernel kernel,
      List<String> machine,
      List<String> kernelParameters,
      Map<String, byte[]> files,
      boolean reboots)
      throws IOException {
    Path initrd = folder.resolve("initrd");
    try (OutputStream out = Files.newOutputStream(initrd)) {
      Files.copy(guestFiles.tools(), out);
      Files.copy(kernel.modules(), out);
      CpioArchive archive = new CpioArchive(out);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        archive.add(file.getKey(), file.getValue(), true);
      }
      archive.end();
    }
    Path report = folder.resolve("report");
    port.bind(UnixDomainSocketAddress.of(report));
    List<String> command = new ArrayList<>(List.of(guestFiles.qemu().toString()));
    command.addAll(machine);
    command.addAll(List.of("-nodefaults", "-display", "none"));
    command.addAll(List.of("-chardev", "stdio,id=console,signal=off"));
    command.addAll(List.of("-serial", "chardev:console"));
    command.addAll(List.of("-chardev", "socket,id=report,path=" + report));
    command.addAll(List.of("-serial", "chardev:report"));
    command.addAll(List.of("-kernel", kernel.image().toString(), "-initrd", initrd.toString()));
    // A busy host makes the translator miss ticks, and processors stand still for seconds.
    String parameters =
        "console=ttyS0 quiet panic=-1 no_timer_check nowatchdog"
            + " rcupdate.rcu_cpu_stall_suppress=1 ";
    command.addAll(List.of("-append", parameters + String.join(" ", kernelParameters)));
    if (!reboots) {
      command.add("-no-reboot");
    }
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    qemu = started;
    Thread listener = Thread.ofVirtual().name("guest-report").start(this::listen);
    Thread.ofVirtual().name("guest-console").start(() -> watch(started, listener));
  }

  private void watch(Process process, Thread listener) {
    StringBuilder line = new StringBuilder();
    try (Reader in = process.inputReader(StandardCharsets.ISO_8859_1)) {
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (c == '\n' || line.length() >= MAX_LINE) {
          keep(line.toString());
          line.setLength(0);
        } else if (c >= ' ' || c == '\t') {
          line.append((char) c);
        }
      }
      keep(line.toString());
    } catch (IOException e) {
      // Closed by stop(), which ends the process.
      keep(line.toString());
    }
    awaitLastWords(listener);
    messages.add(new GuestMessage.Gone());
  }

  /** What the guest reported before QEMU ended may still be on its way through the socket. */
  private void awaitLastWords(Thread listener) {
    try {
      if (guest == null) {
        port.close();
      }
      listener.join();
    } catch (IOException e) {
      watcher.accept("could not close the guest's port: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keep(String line) {
    if (line.isEmpty()) {
      return;
    }
    synchronized (console) {
      console.addLast(line);
      if (console.size() > CONSOLE_LINES) {
        console.removeFirst();
      }
    }
    watcher.accept(line);
  }

  private void listen() {
    GuestMessageReader reader = new GuestMessageReader();
    try (SocketChannel accepted = port.accept()) {
      guest = accepted;
      InputStream in = Channels.newInputStream(accepted);
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = readLine(lines); line != null; line = readLine(lines)) {
        reader.line(line).ifPresent(messages::add);
      }
    } catch (IOException e) {
      // QEMU is gone, or was never there; the console's reader tells.
      guest = null;
    }
  }

  private static @Nullable String readLine(Reader in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n' || line.length() >= MAX_LINE) {
        return line.toString();
      }
      if (c >= ' ') {
        line.append((char) c);
      }
    }
    return null;
  }

  /** Sends the guest a line. */
  void tell(String line) throws IOException {
    SocketChannel channel = guest;
    if (channel == null) {
      throw new IOException("the guest is not connected");
    }
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * {@return the next message, or empty when the time is up}
   *
   * @param deadline as {@link System#nanoTime} counts
   */
  Optional<GuestMessage> next(long deadline) throws InterruptedException {
    long left = Math.max(0, deadline - System.nanoTime());
    return Optional.ofNullable(messages.poll(left, TimeUnit.NANOSECONDS));
  }

  /** {@return the last lines of the console} */
  List<String> consoleTail() {
    synchronized (console) {
      return List.copyOf(console);
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** Kills QEMU, which has no time to say goodbye to anybody. */
  void kill() {
    Process process = qemu;
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** Ends QEMU and removes the folder. */
  void stop() {
    Process process = qemu;
    if (process != null) {
      process.destroy();
      try {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly().waitFor();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    try {
      port.close();
      if (Files.exists(folder)) {
        removeFolder();
      }
    } catch (IOException e) {
      watcher.accept("could not remove " + folder + ": " + e.getMessage());
    }
  }

  private void removeFolder() throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
