package dev.adit.host.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.adit.devices.Refusal;
import dev.adit.devices.RefusedException;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves {@code /metrics} in the text format of Prometheus to this machine alone. */
public final class MetricsServer implements AutoCloseable {
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final Composer composer;
  private final Devices devices;

  private MetricsServer(HttpServer server, Composer composer, Devices devices) {
    this.server = server;
    this.composer = composer;
    this.devices = devices;
  }

  /**
   * Starts serving.
   *
   * @param address a loopback address
   * @throws RefusedException if the address is in use
   */
  public static MetricsServer serve(InetSocketAddress address, Composer composer, Devices devices) {
    if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException("metrics are for this machine alone");
    }
    try {
      HttpServer http = HttpServer.create(address, BACKLOG);
      MetricsServer server = new MetricsServer(http, composer, devices);
      http.createContext("/metrics", server::answer);
      http.setExecutor(server.threads);
      http.start();
      return server;
    } catch (IOException e) {
      throw new RefusedException(
          Refusal.Reason.FAILED, "cannot serve metrics on " + address + ": " + e.getMessage(), e);
    }
  }

  /** {@return the address that is served} */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")
          || !exchange.getRequestURI().getPath().equals("/metrics")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      writer.write(text, Metrics.of(composer, devices));
      exchange.getResponseHeaders().set("Content-Type", writer.getContentType());
      exchange.sendResponseHeaders(200, text.size());
      text.writeTo(exchange.getResponseBody());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
