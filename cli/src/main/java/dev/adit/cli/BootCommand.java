package dev.adit.cli;

import dev.adit.host.VmArguments;
import dev.adit.host.VmArguments.Accelerator;
import dev.adit.vfiouser.EventLoops;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code adit boot}: a stock guest that moves data through an emulated DSA. */
@Command(
    name = "boot",
    mixinStandardHelpOptions = true,
    description = {
      "Serve a DSA, boot an unmodified Linux guest with it in QEMU, and report how it fared:",
      "driver, work queues, the kernel's own dmatest, interrupts.",
      "What the guest needs is prepared the first time ('adit guest setup')."
    },
    footer = {
      "",
      "Exit status: 0 all steps passed, 1 something failed, 2 wrong usage, 130 interrupted.",
      "",
      "Examples:",
      "  adit boot --viommu --smp 2",
      "  adit boot --kernel 6.12 --portals mmap --iterations 200",
      "  adit boot --reloads 10 --reboots 1",
      "  adit boot --ims trap --smp 4 --interrupts 100000",
      "  adit boot --iterations 1 --script capture.sh --out captured"
    })
final class BootCommand implements Callable<Integer> {
  /** Who executes the guest. */
  enum Accel {
    auto,
    tcg,
    kvm
  }

  @Option(names = "--viommu", description = "Give the guest a virtual IOMMU and turn it on.")
  private boolean viommu;

  @Option(
      names = "--smp",
      paramLabel = "N",
      defaultValue = "1",
      description = "Processors of the guest (default: ${DEFAULT-VALUE}).")
  private int processors;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "512",
      description = "Memory of the guest (default: ${DEFAULT-VALUE}).")
  private int memory;

  @Option(
      names = "--accel",
      paramLabel = "WHO",
      defaultValue = "auto",
      description = {
        "Who executes the guest: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "auto takes KVM with --portals mmap on a processor that has MOVDIR64B."
      })
  private Accel accel;

  @Option(
      names = "--kernel",
      paramLabel = "SERIES",
      description = "Kernel series of the guest, such as 6.12 (default: the newest prepared).")
  private @Nullable String series;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Transfers of each dmatest thread (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "2",
      description = "Work queues, each with an engine (default: ${DEFAULT-VALUE}).")
  private int channels;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "dmatest threads for each channel (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--reloads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Unload and load the driver so often afterwards (default: none).")
  private int reloads;

  @Option(
      names = "--reboots",
      paramLabel = "N",
      defaultValue = "0",
      description = "Reboot the guest so often, with all steps again (default: none).")
  private int reboots;

  @Option(
      names = "--script",
      paramLabel = "FILE",
      description = {
        "Run a shell script in the guest at the end, in an empty folder; repeatable.",
        "Its output and what it leaves in the folder come back as FILE.log and FILE.tar."
      })
  private List<Path> scripts = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where files from the guest go (default: here).")
  private Path out;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "Give up after so long (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show the guest's console on standard error.")
  private boolean verbose;

  @Mixin private DsaOptions dsa;
  @Mixin private ImsOptions ims;
  @Mixin private Output output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkNumbers();
    GuestSetup setup = GuestSetup.find();
    GuestFiles files = GuestFiles.standard();
    boolean reference = ims.way().isPresent();
    GuestFiles.Kernel kernel = setup.ready(files, Optional.ofNullable(series), reference);
    Map<String, byte[]> content = initialFiles(setup, kernel);
    AtomicBoolean interrupted = new AtomicBoolean();
    try (GuestMachine guest = GuestMachine.make(verbose ? this::say : line -> {});
        EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
        ServedDsa server =
            new ServedDsa(
                loops,
                guest.folder().resolve("dsa.sock"),
                dsa.profile(),
                dsa.policy(),
                ims.way().orElse(ImsOptions.Way.off))) {
      Thread hook =
          new Thread(
              () -> {
                interrupted.set(true);
                guest.stop();
              },
              "close-guest");
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        VmArguments machine = machine(server.path(), files);
        guest.start(
            files, kernel, machine.qemu(), machine.kernelParameters(), content, reboots > 0);
        Optional<ImsReport> store = ims.way().map(way -> new ImsReport(way, server));
        GuestRun run = follow(guest, fact -> store.ifPresent(report -> report.take(fact)));
        if (interrupted.get()) {
          return ExitCode.INTERRUPTED;
        }
        explain(run, guest);
        return report(new BootReport(machine, dsa.portals(), run, server.statistics(), store));
      } finally {
        if (!interrupted.get()) {
          Runtime.getRuntime().removeShutdownHook(hook);
        }
      }
    }
  }

  private GuestRun follow(GuestMachine guest, Consumer<GuestMessage.Fact> facts)
      throws InterruptedException, IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeout);
    return GuestRun.follow(guest, reboots + 1, deadline, this::progress, this::keepContent, facts);
  }

  private void explain(GuestRun run, GuestMachine guest) {
    if (run.failure().isPresent()) {
      progress(run.failure().get() + "; its console ended with");
      guest.consoleTail().forEach(this::say);
    }
  }

  private int report(BootReport report) {
    PrintWriter writer = spec.commandLine().getOut();
    if (output.json()) {
      try (var json = output.generator(writer)) {
        report.write(json);
      }
      writer.println();
    } else {
      report.print(writer, output);
    }
    writer.flush();
    return report.run().passed() ? ExitCode.DONE : ExitCode.FAILED;
  }

  private VmArguments machine(Path socket, GuestFiles files) {
    Accelerator accelerator =
        switch (accel) {
          case tcg -> Accelerator.TCG;
          case kvm -> Accelerator.KVM;
          case auto -> dsa.accelerator();
        };
    return VmArguments.of(socket)
        .withAccelerator(accelerator)
        .withPlugin(files.plugin())
        .withSizes(processors, memory)
        .withViommu(viommu || ims.needsViommu());
  }

  private void checkNumbers() {
    within("--smp", processors, 1, 64);
    within("--memory", memory, 256, 65536);
    within("--iterations", iterations, 1, 1_000_000);
    within("--channels", channels, 1, Math.min(dsa.profile().wqs(), dsa.profile().engines()));
    within("--threads", threads, 1, 16);
    within("--reloads", reloads, 0, 1000);
    within("--reboots", reboots, 0, 100);
    within("--timeout", timeout, 1, 86_400);
    within("--interrupts", ims.interrupts(), 1, 1L << 40);
    within("--slots", ims.slots(), 1, 256);
    if (viommu && ims.way().equals(Optional.of(ImsOptions.Way.pv))) {
      throw new ParameterException(
          spec.commandLine(),
          "--ims pv gives messages for a guest without a vIOMMU; use --ims viommu");
    }
  }

  private void within(String option, long value, long low, long high) {
    if (value < low || value > high) {
      throw new ParameterException(
          spec.commandLine(), option + " must be from " + low + " to " + high + ", not " + value);
    }
  }

  /** The scripts of the guest, with what they are to do. */
  private Map<String, byte[]> initialFiles(GuestSetup setup, GuestFiles.Kernel kernel)
      throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("init", utf8(setup.text("init")));
    if (ims.way().isPresent()) {
      files.put("adit/steps", utf8(setup.text("steps-ims")));
      files.put("adit/parameters", utf8(ims.parameters(reloads)));
      for (Path module : kernel.references()) {
        files.put("modules/" + module.getFileName(), Files.readAllBytes(module));
      }
    } else {
      files.put("adit/steps", utf8(setup.text("steps-dsa")));
      files.put(
          "adit/parameters",
          utf8(
              "iterations=%d channels=%d threads=%d reloads=%d%n"
                  .formatted(iterations, channels, threads, reloads)));
    }
    for (Path script : scripts) {
      String name = String.valueOf(script.getFileName());
      if (files.put("adit/scripts/" + name, Files.readAllBytes(script)) != null) {
        throw new ParameterException(spec.commandLine(), "Two scripts are named " + name);
      }
    }
    return files;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void keepContent(GuestMessage.Content content) {
    Path file = out.resolve(content.name());
    try {
      Files.createDirectories(out);
      Files.write(file, Base64.getMimeDecoder().decode(String.join("", content.base64())));
      progress("the guest handed back " + file);
    } catch (IOException e) {
      throw new UncheckedIOException("could not write " + file + ": " + e.getMessage(), e);
    }
  }

  private void progress(String text) {
    say("boot: " + text);
  }

  private void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
