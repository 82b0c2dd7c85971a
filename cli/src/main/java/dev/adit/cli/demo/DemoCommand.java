package dev.adit.cli.demo;

import dev.adit.cli.output.ExitCode;
import dev.adit.cli.output.Output;
import dev.adit.cli.serve.DsaOptions;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.host.FunctionServer;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.ServerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code adit demo}: an emulated DSA and a driver in two processes, no QEMU, no root. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Serve an emulated Intel DSA and drive every operation of it from another process,",
      "through a real socket with shared memory and interrupts. Needs no QEMU and no root."
    },
    footer = {
      "",
      "Exit status: 0 every result was right, 1 one was not, 2 wrong usage.",
      "",
      "Examples:",
      "  adit demo",
      "  adit demo --rounds 1000 --seed 7 --json"
    })
public final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "100",
      description = "How often each operation is tried (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the random data (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private DsaOptions dsa;
  @Mixin private Output output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("adit-demo");
    Path socket = folder.resolve("dsa.sock");
    try (EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
        FunctionServer<DsaDevice> server =
            FunctionServer.serve(
                loops,
                socket,
                ServerOptions.defaults(),
                dma -> new DsaDevice(dsa.profile(), dsa.policy(), dma, (a, d, r, p) -> {}, 0))) {
      DemoReport report = new DemoReport(drive(socket), server.function().statistics());
      PrintWriter out = spec.commandLine().getOut();
      if (output.json()) {
        report.json(output, out);
      } else {
        report.print(output, out);
      }
      return report.passed() ? ExitCode.DONE : ExitCode.FAILED;
    } finally {
      Files.deleteIfExists(socket);
      Files.delete(folder);
    }
  }

  /** Runs the driver in a process of its own and takes its lines. */
  private List<DemoDriver.Line> drive(Path socket) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String modules = System.getProperty("jdk.module.path");
    if (modules != null) {
      command.addAll(List.of("-p", modules, "--enable-native-access=dev.adit.vfiouser"));
      command.addAll(List.of("-m", "dev.adit.cli/" + DemoDriver.class.getName()));
    } else {
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", DemoDriver.class.getName()));
    }
    command.addAll(List.of(socket.toString(), Integer.toString(rounds), Long.toString(seed)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<DemoDriver.Line> lines = new ArrayList<>();
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(DemoDriver.Line.parse(line));
      }
    }
    if (process.waitFor() != 0) {
      throw new IOException("the driver's process failed; its message is above");
    }
    return lines;
  }
}
