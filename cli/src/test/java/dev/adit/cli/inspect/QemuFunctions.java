package dev.adit.cli.inspect;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adit.pci.PciAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A QEMU without a guest, whose functions are enumerated and read through its test protocol: ports
 * 0xcf8 and 0xcfc switch the memory-mapped configuration space of the q35 machine on, and from
 * there everything is memory.
 */
final class QemuFunctions implements AutoCloseable {
  /** Version 9.0 has igb, SR-IOV of NVMe and volatile CXL memory. */
  private static final int OLDEST = 900;

  private static final long ECAM = 0xb000_0000L;
  private static final int PRIMARY_BUS = 0x18;

  private final Process process;
  private final BufferedReader answers;
  private int lastBus;

  private QemuFunctions(Process process) {
    this.process = process;
    this.answers =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** {@return the QEMU of the prepared guest, else that of the system if it has all devices} */
  private static Optional<String> program() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path home = cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    return List.of(home.resolve("adit/guest/qemu"), Path.of("/usr/bin/qemu-system-x86_64")).stream()
        .filter(Files::isExecutable)
        .map(Path::toString)
        .filter(program -> Lspci.version(List.of(program)) >= OLDEST)
        .findFirst();
  }

  /**
   * Starts a machine, or skips the test where there is no QEMU for it.
   *
   * @param devices arguments that add to a bare machine
   */
  static QemuFunctions start(String machine, List<String> devices) throws IOException {
    Optional<String> program = program();
    assumeTrue(program.isPresent(), "QEMU 9 or newer is not installed");
    List<String> command =
        new ArrayList<>(
            List.of(program.get(), "-machine", machine, "-accel", "qtest", "-display", "none"));
    command.addAll(List.of("-nodefaults", "-qtest", "stdio", "-m", "256M"));
    command.addAll(devices);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    QemuFunctions qemu = new QemuFunctions(process);
    try {
      qemu.ask("outl 0xcf8 0x80000064");
      qemu.ask("outl 0xcfc 0");
      qemu.ask("outl 0xcf8 0x80000060");
      qemu.ask("outl 0xcfc " + (ECAM | 1));
    } catch (UncheckedIOException e) {
      qemu.close();
      throw new IOException("QEMU does not start with " + devices, e);
    }
    return qemu;
  }

  private String ask(String command) {
    try {
      process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
      String line = answers.readLine();
      if (line == null || !line.startsWith("OK")) {
        throw new IOException(command + ": " + line);
      }
      return line.substring(2).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long at(PciAddress address, int offset) {
    return ECAM + ((long) address.requesterId() << 12) + offset;
  }

  public void write(PciAddress address, int offset, int width, long value) {
    char size = width == 1 ? 'b' : width == 2 ? 'w' : 'l';
    ask("write" + size + " " + at(address, offset) + " " + value);
  }

  /** Reads the first bytes of a function; ones if there is none. */
  public byte[] read(PciAddress address, int length) {
    return HexFormat.of()
        .parseHex(ask("read " + at(address, 0) + " " + length).substring("0x".length()));
  }

  /** Numbers the buses behind bridges and reads every function, 4096 bytes each. */
  Map<PciAddress, byte[]> enumerate(int... roots) {
    Map<PciAddress, byte[]> functions = new TreeMap<>();
    for (int root : roots) {
      lastBus = Math.max(lastBus, root);
      bus(root, functions);
    }
    return functions;
  }

  private void bus(int bus, Map<PciAddress, byte[]> functions) {
    for (int device = 0; device < 32; device++) {
      for (int function = 0; function < 8; function++) {
        PciAddress address = new PciAddress(0, bus, device, function);
        byte[] head = read(address, 64);
        if ((head[0] & head[1] & 0xff) == 0xff) {
          continue;
        }
        if ((head[0x0e] & 0x7f) == 1) {
          bridge(address, functions);
        }
        functions.put(address, read(address, 4096));
      }
    }
  }

  private void bridge(PciAddress address, Map<PciAddress, byte[]> functions) {
    int secondary = ++lastBus;
    write(address, PRIMARY_BUS, 1, address.bus());
    write(address, PRIMARY_BUS + 1, 1, secondary);
    write(address, PRIMARY_BUS + 2, 1, 0xff);
    bus(secondary, functions);
    write(address, PRIMARY_BUS + 2, 1, lastBus);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
