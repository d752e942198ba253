/* WeChat's own pay window. What it answers decides nothing: the order page asks the provider. */

const button = document.getElementById("wechat-pay");

function pay() {
  const toOrder = () => location.replace(button.href);
  window.WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(button.dataset.bridge), toOrder);
}

if (window.WeixinJSBridge) pay();
else document.addEventListener("WeixinJSBridgeReady", pay, { once: true });
